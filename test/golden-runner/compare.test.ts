import { describe, expect, it } from "vitest";
import type { GoldenCase, GoldenTensor } from "./cases.ts";
import { compareOutputs, errorRatio } from "./compare.ts";
import { failures, type Outcome, passed, Table, total } from "./report.ts";

const tensor = (name: string, role: string, values: number[]): GoldenTensor => ({
  name,
  role,
  atol: 0.5,
  dtype: "F32",
  shape: [values.length],
  data: Float32Array.from(values),
});
const golden: GoldenCase = {
  file: "",
  name: "conv2d/a00",
  kind: "op",
  op: "conv2d",
  attrs: {},
  rtol: 0.25,
  atol: 0.5,
  tensors: new Map(
    [tensor("x", "input", [1]), tensor("y", "output", [2, -2]), tensor("grad.x", "grad", [0])].map((t) => [
      t.name,
      t,
    ]),
  ),
};
const outcome = (results: Record<string, number[]>): Outcome => ({
  entry: { ...golden, tensors: {} },
  checks: compareOutputs(golden, results),
});

describe("the golden runner", () => {
  it("measures errors in tolerances: atol + rtol * |expected|", () => {
    expect(errorRatio(3, 2, 0.5, 0.25)).toBe(1);
    expect(errorRatio(-3, -2, 0.5, 0.25)).toBe(1);
    expect(errorRatio(2, 2, 0, 0)).toBe(0);
    expect(errorRatio(3, 2, 0, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(errorRatio(Number.NaN, 2, 1, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(errorRatio(2, Number.NaN, 1, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(errorRatio(Number.NaN, Number.NaN, 1, 1)).toBe(0);
    expect(errorRatio(Number.POSITIVE_INFINITY, 2, 1, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(errorRatio(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 1)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it("passes what is within, fails what is outside, missing or of another size", () => {
    expect(passed(outcome({ y: [3, -3], "grad.x": [0.5] }))).toBe(true);
    expect(passed(outcome({ y: [3, -3.001], "grad.x": [0] }))).toBe(false);
    expect(passed(outcome({ y: [2, -2] }))).toBe(false);
    expect(passed(outcome({ y: [2], "grad.x": [0] }))).toBe(false);
    expect(passed({ ...outcome({}), checks: [] })).toBe(false);
    expect(passed({ ...outcome({ y: [2, -2], "grad.x": [0] }), problem: "not supported" })).toBe(false);
  });

  it("prints a row per op, a line per failing tensor, and the total", () => {
    const good = outcome({ y: [2, -2], "grad.x": [0.1] });
    const bad = outcome({ y: [2, -4] });
    const table = new Table([good.entry]);
    expect(table.header).toBe("kind  op      cases  failed  error/tolerance");
    expect(table.row([good, bad])).toBe("op    conv2d      2       1         Infinity");
    expect(failures([good, bad])).toEqual([
      "FAIL op conv2d conv2d/a00: y 2.00 times the tolerance: element 1 is -4, expected -2 within 1.00",
      "FAIL op conv2d conv2d/a00: grad.x Infinity times the tolerance: not computed",
    ]);
    expect(total([good, bad])).toBe("1 passed, 1 failed");
  });
});
