/** @file Reductions in float64, as plain loops over [outer, length, inner] after moving the reduced axes together. */
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { type Array64, array64 } from "../reference.ts";

export type ReduceName = "sum" | "mean" | "max" | "min" | "variance";

/** y without the axes `axes` (counted from the front). */
export function reduceReference(name: ReduceName, x: Array64, axes: readonly number[]): Array64 {
  const y = array64(x.shape.filter((_, axis) => !axes.includes(axis)));
  for (const [output, members] of membersOf(x.shape, axes).entries()) {
    y.data[output] = reduceValues(
      name,
      members.map((index) => x.data[index]!),
    );
  }
  return y;
}

/** dx: each element's share of the gradient of the result that it went into. */
export function reduceGradientReference(
  name: ReduceName,
  dy: Array64,
  x: Array64,
  axes: readonly number[],
): Array64 {
  const dx = array64(x.shape);
  for (const [output, members] of membersOf(x.shape, axes).entries()) {
    const values = members.map((index) => x.data[index]!);
    const derivatives = reduceDerivatives(name, values);
    for (const [i, index] of members.entries()) dx.data[index] = dy.data[output]! * derivatives[i]!;
  }
  return dx;
}

/** Position of the first NaN along `axis`, or else of the first largest value. */
export function argMaxReference(x: Array64, axis: number): number[] {
  return membersOf(x.shape, [axis]).map((members) => {
    const values = members.map((index) => x.data[index]!);
    const firstNaN = values.findIndex(Number.isNaN);
    return firstNaN >= 0 ? firstNaN : values.indexOf(Math.max(...values));
  });
}

function reduceValues(name: ReduceName, values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + value, 0);
  const mean = total / values.length;
  if (name === "sum") return total;
  if (name === "mean") return mean;
  if (name === "max") return Math.max(...values);
  if (name === "min") return Math.min(...values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** d result / d value, for each value. */
function reduceDerivatives(name: ReduceName, values: readonly number[]): number[] {
  const result = reduceValues(name === "variance" ? "mean" : name, values);
  const isResult = (value: number) => value === result || (Number.isNaN(value) && Number.isNaN(result));
  const ties = values.filter(isResult).length;
  return values.map((value) => {
    if (name === "sum") return 1;
    if (name === "mean") return 1 / values.length;
    if (name === "variance") return (2 / values.length) * (value - result);
    return isResult(value) ? 1 / ties : 0;
  });
}

/** For each element of the result, in order: the indices of the elements of x that it reduces. */
function membersOf(shape: Shape, axes: readonly number[]): number[][] {
  const members: number[][] = [];
  for (let index = 0; index < sizeOf(shape); index++) {
    let rest = index;
    let output = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      if (!axes.includes(axis)) {
        output += (rest % size) * stride;
        stride *= size;
      }
      rest = Math.floor(rest / size);
    }
    const own = members[output] ?? [];
    own.push(index);
    members[output] = own;
  }
  return members;
}
