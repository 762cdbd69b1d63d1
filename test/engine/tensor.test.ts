import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError, WgradError } from "../../engine/errors.ts";
import { type DType, storageBytes } from "../../engine/tensor.ts";
import { useEngine } from "../support/engine.ts";
import { properties } from "../support/properties.ts";

const engine = useEngine();

/** [n] values 0, 1, 2, ... */
function count(n: number, dtype?: DType) {
  return engine().tensor(
    Array.from({ length: n }, (_, i) => i),
    [n],
    dtype,
  );
}

describe("values", () => {
  it("come back as they went up, for every dtype and at its extremes", async () => {
    const f32 = [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -149, -3.4028234663852886e38];
    const i32 = [0, -1, 2 ** 31 - 1, -(2 ** 31)];
    const u32 = [0, 1, 2 ** 32 - 1];
    const u8 = [0, 1, 254, 255];
    expect(await engine().tensor(f32).data()).toEqual(Float32Array.from(f32));
    expect(await engine().tensor(i32, [2, 2], "i32").data()).toEqual(Int32Array.from(i32));
    expect(await engine().tensor(u32, [3], "u32").data()).toEqual(Uint32Array.from(u32));
    expect(await engine().tensor(u8, [4], "u8").data()).toEqual(Uint8Array.from(u8));
  });

  it("accept arrays and typed arrays alike, also a window into a larger one", async () => {
    const bytes = Uint8Array.from([9, 1, 2, 3, 9]).subarray(1, 4);
    expect(await engine().tensor(bytes, [3], "u8").data()).toEqual(Uint8Array.of(1, 2, 3));
    expect(await engine().tensor(Float64Array.of(0.1, 2)).data()).toEqual(Float32Array.of(0.1, 2));
  });

  it("of u8 are packed four to a word, whatever their number", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 67 }), async (bytes) => {
        const tensor = engine().tensor(bytes, [bytes.length], "u8");
        expect(tensor.byteLength).toBe(4 * Math.ceil(bytes.length / 4));
        expect(await tensor.data()).toEqual(bytes);
      }),
      properties,
    );
  });

  it("have a number that fits the shape", () => {
    expect(() => engine().tensor([1, 2, 3], [2, 2])).toThrow(ShapeError);
    expect(() => engine().tensor([1, 2, 3], [2, 2])).toThrow("tensor: 3 values for shape [2,2] (4).");
    expect(() => engine().zeros([2, 0])).toThrow("zeros: sizes must be positive integers, got [2,0].");
  });

  it("of zeros() are zero, also in a buffer that was used before", async () => {
    engine().scope(() => void count(64));
    expect(await engine().zeros([64]).data()).toEqual(new Float32Array(64));
  });
});

describe("storageBytes", () => {
  it("counts whole words", () => {
    expect(storageBytes([3, 5], "u8")).toBe(16);
    expect(storageBytes([3, 5], "f32")).toBe(60);
    expect(storageBytes([], "u8")).toBe(4);
  });
});

describe("upload", () => {
  it("overwrites a part, in words", async () => {
    const x = count(4);
    engine().upload(x, Float32Array.of(7, 8), 4);
    expect(await x.data()).toEqual(Float32Array.of(0, 7, 8, 3));
  });

  it("stays inside of the tensor", () => {
    const x = count(4);
    expect(() => engine().upload(x, new Float32Array(5))).toThrow(
      "upload: 20 bytes at byte 0 do not fit [4] (16 bytes).",
    );
    expect(() => engine().upload(x, new Float32Array(4), 4)).toThrow(ShapeError);
    expect(() => engine().upload(x, new Uint8Array(1), 2)).toThrow(ShapeError);
    expect(() => engine().upload(x, new Uint8Array(4), -4)).toThrow(ShapeError);
  });

  it("happens after what was encoded before it and before what is encoded after", async () => {
    const [x, early, late] = [count(2), engine().zeros([2]), engine().zeros([2])];
    engine().copy(x, early);
    engine().upload(x, Float32Array.of(5, 6));
    engine().copy(x, late);
    expect(await early.data()).toEqual(Float32Array.of(0, 1));
    expect(await late.data()).toEqual(Float32Array.of(5, 6));
  });
});

describe("copy", () => {
  it("needs equal sizes", () => {
    expect(() => engine().copy(count(4), count(5))).toThrow("copy: [4] does not fit [5].");
  });
});

describe("view", () => {
  it("is the same memory under another shape; -1 is worked out", async () => {
    const x = count(12);
    const { bytesInUse } = engine().memory;
    const view = x.view([2, -1, 3]);
    expect(view.shape).toEqual([2, 2, 3]);
    expect(engine().memory.bytesInUse).toBe(bytesInUse);
    engine().upload(x, Float32Array.of(42));
    expect((await view.data())[0]).toBe(42);
    expect(engine().tensor([3], []).view([-1]).shape).toEqual([1]);
  });

  it("must have as many elements, at most one unknown size and only whole sizes", () => {
    const x = count(12);
    expect(() => x.view([5, 2])).toThrow("reshape: [12] (12 elements) does not fit [5,2].");
    for (const shape of [
      [-1, -1],
      [5, -1],
      [-3, -4],
      [0, -1],
      [1.5, 8],
    ]) {
      expect(() => x.view(shape), String(shape)).toThrow(ShapeError);
    }
  });

  it("keeps the memory when the tensor it came from is released", async () => {
    const view = engine().scope(() => count(4).view([2, 2]));
    expect(await view.data()).toEqual(Float32Array.of(0, 1, 2, 3));
  });
});

describe("slice", () => {
  it("is a part of the same memory, from a multiple of 256 bytes", async () => {
    const x = count(200);
    const part = x.slice(128, [2, 3]);
    expect(await part.data()).toEqual(Float32Array.of(128, 129, 130, 131, 132, 133));
    engine().clear(part);
    const values = await x.data();
    expect([values[127], values[128], values[133], values[134]]).toEqual([127, 0, 0, 134]);
    expect(await x.slice(64, [100]).slice(64, [1]).data()).toEqual(Float32Array.of(0));
    expect(() => x.slice(65, [1])).toThrow(
      "slice: must start at a multiple of 64 elements (256 bytes), not at 65.",
    );
    expect(() => engine().zeros([512], "u8").slice(64, [1])).toThrow("a multiple of 256 elements");
  });

  it("lies inside of the tensor", () => {
    const x = count(100);
    expect(() => x.slice(64, [37])).toThrow("slice: [37] at 64 does not fit [100].");
    for (const start of [-64, 128, 0.5]) expect(() => x.slice(start, [1])).toThrow(ShapeError);
    expect(() => x.slice(0, [0])).toThrow(ShapeError);
  });
});

describe("a released tensor", () => {
  it("says what happened and what to do, whatever is tried", async () => {
    let escaped = count(4);
    engine().scope(() => {
      escaped = count(4);
    });
    expect(escaped.released).toBe(true);
    const message = "[4] was released when its scope ended. Return it from scope(), or keep() it inside.";
    await expect(escaped.data()).rejects.toThrow(ArgumentError);
    await expect(escaped.data()).rejects.toThrow(message);
    expect(() => escaped.view([2, 2])).toThrow(message);
    expect(() => escaped.slice(0, [1])).toThrow(message);
    expect(() => engine().copy(escaped, count(4))).toThrow(message);
    expect(() => engine().upload(escaped, new Float32Array(4))).toThrow(message);
  });

  it("cannot be released again", () => {
    const x = engine().keep(count(4));
    x.dispose();
    expect(() => x.dispose()).toThrow(WgradError);
    expect(() => x.dispose()).toThrow("Tensor [4] was released twice.");
  });

  it("can be left to `using`", () => {
    const before = engine().memory.bytesInUse;
    {
      using x = engine().keep(count(4));
      expect(x.released).toBe(false);
    }
    expect(engine().memory.bytesInUse).toBe(before);
  });
});
