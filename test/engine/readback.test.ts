import { describe, expect, it } from "vitest";
import { useEngine } from "../support/engine.ts";
import { product, scaleAndAdd } from "./ops.ts";

const engine = useEngine();

describe("data()", () => {
  it("sees everything encoded before it and nothing after it", async () => {
    const x = engine().tensor([1]);
    scaleAndAdd(x, 1, 1);
    const first = x.data();
    scaleAndAdd(x, 1, 1);
    const second = x.data();
    expect([(await first)[0], (await second)[0]]).toEqual([2, 3]);
  });

  it("gives an array of its own, of the tensor's part only", async () => {
    const x = engine().tensor(Float32Array.from({ length: 200 }, (_, i) => i));
    const values = await x.slice(64, [3]).data();
    expect(values.buffer.byteLength).toBe(12);
    values[0] = -1;
    expect((await x.data())[64]).toBe(64);
  });

  it("may be asked for while the scope that made the tensor ends", async () => {
    const values = engine().scope(() => {
      const x = engine().tensor([3]);
      return [product(x, x).data()];
    });
    engine().zeros([1]); // takes the released buffer
    expect(await values[0]).toEqual(Float32Array.of(9));
  });
});
