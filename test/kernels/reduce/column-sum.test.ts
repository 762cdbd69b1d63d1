import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { columnSum } from "../../../kernels/reduce/index.ts";
import { reduceReference } from "../../../kernels/reduce/reduce.reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

describe("columnSum", () => {
  const engine = useEngine();
  const sizes: [number, number][] = [
    [1, 1],
    [30, 10],
    [7, 64],
    [20_000, 3],
    [9000, 32],
    [9000, 1],
  ];

  for (const [rows, columns] of sizes) {
    it(`adds ${rows} rows of ${columns}, on either class of adapter`, async () => {
      const x = randomArray([rows, columns], 5);
      const expected = reduceReference("sum", x, [0]).data;
      const check = async () => {
        const actual = await columnSum(engine().tensor(x.data, x.shape)).data();
        expectClose(actual as Float32Array, expected, { terms: rows, scale: 1 });
      };
      await check();
      await asGpu(engine(), check);
    });
  }

  it("writes where it is told to, and nowhere else", async () => {
    const x = engine().tensor(
      Array.from({ length: 12 }, (_, i) => i),
      [2, 2, 3],
    );
    const flat = engine().tensor(Array(128).fill(-1));
    columnSum(x, flat.slice(64, [3]));
    const values = await flat.data();
    expect([...values.slice(64, 67)]).toEqual([18, 22, 26]);
    expect([...values.slice(0, 64), ...values.slice(68)].every((value) => value === -1)).toBe(true);
  });

  it("gives the same bits every time", async () => {
    const x = randomArray([5000, 7], 1);
    const run = async () => [...(await columnSum(engine().tensor(x.data, x.shape)).data())];
    expect(await run()).toEqual(await run());
  });

  it("says what an output may be", () => {
    const x = engine().zeros([2, 3]);
    for (const wrong of [3, "f32", true] as const)
      expect(() => columnSum(x, wrong as never)).toThrow(ArgumentError);
    expect(() => columnSum(x, 3 as never)).toThrow(
      "reduce/columns: y must be a shape, { shape, dtype } or a tensor, got 3.",
    );
  });
});
