import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../engine/errors.ts";
import type { DType } from "../../engine/tensor.ts";
import { useEngine } from "../support/engine.ts";

const engine = useEngine();

describe("upload", () => {
  it.each([1, 2, 3, 5, 6, 7])("of %i bytes keeps the bytes around them", async (length) => {
    for (const offset of [0, 4]) {
      const before = Uint8Array.from({ length: 13 }, (_, i) => 200 + i);
      const x = engine().tensor(before, [13], "u8");
      const values = Uint8Array.from({ length }, (_, i) => 1 + i);
      engine().upload(x, values, offset);
      before.set(values, offset);
      expect([...(await x.data())]).toEqual([...before]);
    }
  });

  it("reaches the last word of a tensor, and a part of it", async () => {
    const x = engine().tensor([1, 2, 3, 4, 5, 6], [6], "u8");
    engine().upload(x, Uint8Array.of(9), 4);
    expect([...(await x.data())]).toEqual([1, 2, 3, 4, 9, 6]);
    engine().upload(x, Uint8Array.of(8, 7), 4);
    expect([...(await x.data())]).toEqual([1, 2, 3, 4, 8, 7]);
    const part = engine().tensor(new Uint8Array(300), [300], "u8").slice(256, [44]);
    engine().upload(part, Uint8Array.of(5, 6, 7), 40);
    engine().upload(part, Uint8Array.of(1), 40);
    expect([...(await part.data())].slice(39)).toEqual([0, 1, 6, 7, 0]);
  });

  const kinds: [string, (bytes: number) => ArrayBufferLike][] = [
    ["shared", (bytes) => new SharedArrayBuffer(bytes)],
    ["resizable", (bytes) => new ArrayBuffer(...([bytes, { maxByteLength: 99 }] as unknown as [number]))],
    ["odd parts of", (bytes) => new ArrayBuffer(bytes)],
  ];
  it.each(kinds)("takes values in %s memory", async (_, memory) => {
    const floats = new Float32Array(memory(20), 4, 3);
    floats.set([1, -2, 3.5]);
    const x = engine().zeros([4]);
    engine().upload(x, floats, 4);
    expect([...(await x.data())]).toEqual([0, 1, -2, 3.5]);
    expect([...(await engine().tensor(floats).data())]).toEqual([1, -2, 3.5]);
    const bytes = new Uint8Array(memory(9), 3, 5);
    bytes.set([1, 2, 3, 4, 5]);
    expect([...(await engine().tensor(bytes, [5], "u8").data())]).toEqual([1, 2, 3, 4, 5]);
  });

  it("takes the values of the moment", async () => {
    const floats = new Float32Array(new SharedArrayBuffer(8));
    const x = engine().tensor(floats);
    floats.fill(7);
    expect([...(await x.data())]).toEqual([0, 0]);
  });

  it("refuses memory that was transferred away, and elements that no tensor has", () => {
    const gone = new Float32Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    const x = engine().zeros([4]);
    const message = /the memory of the Float32Array was transferred away/;
    expect(() => engine().upload(x, gone)).toThrow(message);
    expect(() => engine().tensor(gone)).toThrow(message);
    for (const values of [new Float64Array(1), new BigInt64Array(1)])
      expect(() => engine().upload(x, values)).toThrow(/no tensor has elements of 8 bytes/);
    engine().upload(x, new Float32Array(0)); // nothing is nothing
  });
});

describe("a tensor of values beyond its dtype is refused", () => {
  const beyond: [DType, number][] = [
    ["f32", 3.4028236e38],
    ["f32", -1e39],
    ["i32", 2 ** 31],
    ["i32", -(2 ** 31) - 1],
    ["u32", 2 ** 32],
    ["u32", -1],
    ["u8", 256],
    ["u8", 0.5],
  ];
  it.each(beyond)("%s: %d", (dtype, value) => {
    for (const values of [[0, value], Float64Array.of(0, value)]) {
      expect(() => engine().tensor(values, [2], dtype)).toThrow(ArgumentError);
      expect(() => engine().tensor(values, [2], dtype)).toThrow(`value 1 of ${dtype} must be`);
    }
  });

  it("the largest are not, nor are NaN and infinity of f32", async () => {
    const floats = [3.4028234663852886e38, -3.4028235e38, Number.NaN, Number.POSITIVE_INFINITY];
    expect([...(await engine().tensor(floats).data())]).toEqual([...Float32Array.from(floats)]);
    const words = [0, 2 ** 32 - 1];
    expect([...(await engine().tensor(words, [2], "u32").data())]).toEqual(words);
  });
});
