import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { StepState } from "../../../engine/step-state.ts";
import { logNorms } from "../../../kernels/metrics/index.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { inTwoRows } from "../../support/two-rows.ts";

const engine = useEngine();

/** The row that is written for parameters of these sizes, one after the other at multiples of 64. */
async function norms(parameters: readonly ArrayLike<number>[], before?: readonly ArrayLike<number>[]) {
  const starts: number[] = [];
  let total = 0;
  for (const { length } of parameters) {
    starts.push(total);
    total += Math.ceil(length / 64) * 64;
  }
  const flat = (lists: readonly ArrayLike<number>[]) => {
    const values = new Float32Array(total).fill(Number.NaN); // padding may hold anything
    for (const [i, list] of lists.entries()) values.set(list, starts[i]!);
    return engine().tensor(values, [total]);
  };
  const step = new StepState(engine());
  step.set({ batch: 4, step: 10, learningRate: 0.5 });
  const log = engine().zeros([3, 1 + parameters.length]);
  const places = parameters.flatMap(({ length }, i) => [starts[i]!, length]);
  const ranges = engine().tensor(places, [parameters.length, 2], "u32");
  const longest = Math.max(...parameters.map(({ length }) => length));
  const entry = { values: flat(parameters), ranges, longest, column: 1, decay: 0.1 };
  engine().useStep(step, () => logNorms(log, before ? { ...entry, before: flat(before) } : entry));
  const values = [...((await log.data()) as Float32Array)];
  step.dispose();
  const columns = 1 + parameters.length;
  expect([...values.slice(0, columns), ...values.slice(2 * columns)].every((value) => value === 0)).toBe(
    true,
  );
  return values.slice(columns, 2 * columns); // batch 4 of 3 rows
}

function norm64(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
}

function expectNorms(found: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries())
    expect(Math.abs(found[i]! - value), `norm ${i}: ${found[i]}, expected ${value}`).toBeLessThanOrEqual(
      2e-6 * Math.abs(value),
    );
}

describe("norms of a step", () => {
  it("count workgroups over two axes", async () => {
    const parameters = [1, 2, 3, 4, 5].map((value) => [value, value, value, value]);
    const found = await inTwoRows(engine(), () => norms(parameters));
    expectNorms(found.slice(1), [2, 4, 6, 8, 10]);
  });

  it("are those of float64, whatever the sizes and magnitudes", async () => {
    const lists = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: -30, max: 30 })), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(lists, async (sizes) => {
        const parameters = sizes.map(([size, power], i) => {
          return Float32Array.from(randomArray([size], i + size).data, (value) => value * 10 ** power);
        });
        const [rate, ...found] = await norms(parameters);
        expect(rate).toBeCloseTo(0.5 / (1 + 0.1 * 10), 6);
        expectNorms(found, parameters.map(norm64));
        const before = parameters.map((values) =>
          values.map((value, i) => (i % 2 === 0 ? value / 2 : value)),
        );
        const changes = parameters.map((values, k) => values.map((value, i) => value - before[k]![i]!));
        expectNorms((await norms(parameters, before)).slice(1), changes.map(norm64));
      }),
      { numRuns: 20 },
    );
  });

  it("of large parameters keep their precision", async () => {
    const values = Float32Array.from(randomArray([300_000], 1).data);
    expectNorms((await norms([values, [3, 4]])).slice(1), [norm64(values), 5]);
  });

  it("are 0 of zeros, and infinite or NaN where a value is", async () => {
    const found = await norms([[0, -0], [1, Number.POSITIVE_INFINITY], [Number.NaN, 1], [1e-42]]);
    expect(found.slice(1)).toEqual([0, Number.POSITIVE_INFINITY, Number.NaN, 0]);
  });

  it("refuse what does not fit", () => {
    const [log, values] = [engine().zeros([2, 3]), engine().zeros([64])];
    const ranges = engine().tensor([0, 5], [1, 2], "u32");
    const entry = { values, ranges, longest: 5, column: 1 };
    expect(() => logNorms(log, { ...entry, column: 3 })).toThrow(
      "logNorms: column must be from 1 to 2, got 3.",
    );
    expect(() => logNorms(log, { ...entry, ranges: ranges.view([2]) })).toThrow(ShapeError);
    expect(() => logNorms(log, { ...entry, before: engine().zeros([4]) })).toThrow(ShapeError);
    expect(() => logNorms(log, { ...entry, values: 3 as never })).toThrow(ArgumentError);
  });
});
