import { describe, expect, it } from "vitest";
import { array64 } from "../../../kernels/reference.ts";
import {
  at,
  beside,
  element,
  matrix,
  operand,
  product,
  sumLines,
  table,
  written,
} from "../../../lessons/explain/figure.ts";
import { wrap } from "../../../lessons/text.ts";

describe("figures", () => {
  const values = array64([1, 2, 3, 1], [1, -2, 3, 0, 10, -0.5]);

  it("write numbers short", () => {
    expect([0.30000001, -0.00001, 2, 0.12345].map(written)).toEqual(["0.3", "0", "2", "0.1235"]);
    expect([-1.5, 2].map(operand)).toEqual(["(-1.5)", "2"]);
  });

  it("align matrices and mark runs of cells", () => {
    expect(matrix(values).map((line) => line.trimEnd())).toEqual([
      "   1.0  -2.0   3.0",
      "   0.0  10.0  -0.5",
    ]);
    expect(matrix(values, (row, column) => row === 1 && column > 0)[1]).toBe("   0.0 [10.0  -0.5] ");
    expect(matrix(array64([3, 1], [1, 2, 3]))).toHaveLength(3);
    expect(matrix(array64([3], [1, 2, 3]))).toHaveLength(1);
  });

  it("find elements by row and column", () => {
    expect(at(values, 1, 1)).toBe(10);
    expect(element("x", values, 0, 1)).toEqual(["x01", -2]);
  });

  it("put the numbers of a sum under its letters", () => {
    const terms = [product(["x0", 12], ["w0", -1]), product(["b", 3])];
    expect(sumLines({ name: "y", terms, result: -9 })).toEqual(["y = x0*w0 + b", "  = 12*-1 + 3 = -9"]);
    expect(sumLines({ name: "y", terms: [product(["b", 3])], result: 3 })).toEqual(["y = b = 3"]);
  });

  it("stand beside each other", () => {
    expect(beside(["a", "bb"], ["c"])).toEqual(["a    c", "bb    "]);
    expect(
      table([
        ["x", "1"],
        ["long", "22"],
      ]),
    ).toEqual([" x      1", " long  22"]);
  });
});

describe("wrap", () => {
  it("breaks at spaces, within the width, and keeps every word", () => {
    const text = "one two three four five six seven eight nine ten ".repeat(5);
    const lines = wrap(text, "  ", 30);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(30);
    expect(lines.map((line) => line.trim()).join(" ")).toBe(text.trim());
    expect(wrap("")).toEqual([]);
  });
});
