/** @file The unary functions in float64, computed with the rows of the table. */
import { type Array64, array64 } from "../reference.ts";
import type { UnaryRow } from "./unary.ts";
import { type UnaryName, unaryTable } from "./unary-table.ts";

/** y[i] = f(x[i]). */
export function unaryReference(name: UnaryName, x: Array64, a = 0, b = 0): Array64 {
  const { value }: UnaryRow = unaryTable[name];
  return array64(
    x.shape,
    x.data.map((element) => value(element, a, b)),
  );
}

/** dx[i] = dy[i] * f'(x[i]). */
export function unaryGradientReference(name: UnaryName, dy: Array64, x: Array64, a = 0, b = 0): Array64 {
  const { value, derivative, keeps }: UnaryRow = unaryTable[name];
  return array64(
    x.shape,
    x.data.map((element, i) => {
      const kept = keeps === "y" ? value(element, a, b) : element;
      return dy.data[i]! * derivative(kept, a, b);
    }),
  );
}
