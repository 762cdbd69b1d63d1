/**
 * @file Moving elements in float64: each op only says for every element of y where in x it comes from; values follow
 * that map forward, gradients follow it back and add up.
 */
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { type Array64, array64 } from "../reference.ts";

/** For each element of y (of `shape`): its place in x.data, or -1 where y holds a constant. */
export interface Movement {
  readonly shape: Shape;
  readonly sources: Int32Array;
}

/** y[i] = x[sources[i]], or `fill`. */
export function moveReference(x: Array64, { shape, sources }: Movement, fill = 0): Array64 {
  return array64(
    shape,
    Float64Array.from(sources, (at) => (at < 0 ? fill : x.data[at]!)),
  );
}

/** dx: every element of x collects the gradients of all places it went to. */
export function moveGradientReference(x: Array64, dy: Array64, { sources }: Movement): Array64 {
  const dx = array64(x.shape);
  for (const [i, at] of sources.entries()) if (at >= 0) dx.data[at]! += dy.data[i]!;
  return dx;
}

/** The movement whose element at index `to` of y comes from index `from(to)` of x (undefined: from nowhere). */
export function movement(x: Shape, y: Shape, from: (to: number[]) => number[] | undefined): Movement {
  const sources = new Int32Array(sizeOf(y));
  for (let i = 0; i < sources.length; i++) {
    const index = from(unravel(i, y));
    const inside = index?.every((value, axis) => value >= 0 && value < x[axis]!);
    sources[i] = inside ? index!.reduce((at, value, axis) => at * x[axis]! + value, 0) : -1;
  }
  return { shape: y, sources };
}

/** Index along each axis of element `i`. */
function unravel(i: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = i;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

export function transposeReference(x: Shape, perm: readonly number[]): Movement {
  const y = perm.map((axis) => x[axis]!);
  return movement(x, y, (to) => x.map((_, axis) => to[perm.indexOf(axis)]!));
}

export function sliceReference(
  x: Shape,
  begin: readonly number[],
  size: readonly number[],
  strides: readonly number[],
): Movement {
  const y = size.map((extent, axis) => Math.ceil(extent / strides[axis]!));
  return movement(x, y, (to) => to.map((i, axis) => begin[axis]! + i * strides[axis]!));
}

export function gatherReference(x: Shape, indices: readonly number[], axis: number): Movement {
  const y = x.map((size, i) => (i === axis ? indices.length : size));
  return movement(x, y, (to) => to.map((i, at) => (at === axis ? indices[i]! : i)));
}

/** The part of concat's output that comes from input number `part`: seen from the others it is -1. */
export function concatReference(inputs: readonly Shape[], part: number, axis: number): Movement {
  const total = inputs.reduce((sum, shape) => sum + shape[axis]!, 0);
  const before = inputs.slice(0, part).reduce((sum, shape) => sum + shape[axis]!, 0);
  const x = inputs[part]!;
  const y = x.map((size, i) => (i === axis ? total : size));
  return movement(x, y, (to) => to.map((i, at) => (at === axis ? i - before : i)));
}
