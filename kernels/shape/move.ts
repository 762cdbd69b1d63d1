/** @file The two ways of moving elements that all shape ops are made of: reading along strides, and placing. */
import { ShapeError } from "../../engine/errors.ts";
import { kernel, type Output, outputTensor, run } from "../../engine/kernel.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";

const stridedCopy = kernel("shape/strided-copy", { reads: ["x"], writes: ["y"] });
const placeKernel = kernel("shape/place", { reads: ["x"], writes: ["y"] });

/** Axes that the kernels address. Neighbouring axes that lie in memory as one are merged before counting. */
const maxAxes = 5;

/** One axis of the result: its size, and how far apart its entries lie in x. */
export interface ReadAxis {
  readonly size: number;
  readonly stride: number;
}

/** Elements between two entries of each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** y[i0, i1, ...] = x[offset + i0 * stride0 + i1 * stride1 + ...]. `axes` multiply up to the output's size. */
export function readStrided(op: string, x: Tensor, y: Output, axes: readonly ReadAxis[], offset = 0): Tensor {
  const merged = mergeReadAxes(axes);
  const count = axes.reduce((product, { size }) => product * size, 1);
  const inner = merged.at(-1)!;
  const vector =
    inner.stride === 1 &&
    [inner.size, offset, ...merged.slice(0, -1).map(({ stride }) => stride)].every(isMultipleOf4);
  const unit = vector ? 4 : 1;
  const constants: Record<string, number | boolean> = { OFFSET: offset / unit, VECTOR: vector };
  for (const [i, { size, stride }] of fillFront(op, merged, { size: 1, stride: 0 }).entries()) {
    const last = i === maxAxes - 1;
    if (i > 0) constants[`SIZE_${i}`] = last ? size / unit : size;
    constants[`STRIDE_${i}`] = last ? stride : stride / unit;
  }
  const into = outputTensor(x.engine, y, op);
  return run(stridedCopy, { x }, { y: into }, { constants, invocations: Math.ceil(count / 4) }).y;
}

/** Merges an axis with the next one where the two are one run through x. */
function mergeReadAxes(axes: readonly ReadAxis[]): ReadAxis[] {
  const merged: ReadAxis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    if (axis.size === 1) continue;
    if (outer && outer.stride === axis.size * axis.stride) {
      merged[merged.length - 1] = { size: outer.size * axis.size, stride: axis.stride };
    } else merged.push(axis);
  }
  return merged.length > 0 ? merged : [{ size: 1, stride: 1 }];
}

/** One axis of a placement: entry j of x lands at `begin + j * step` of `out` entries. */
export interface PlaceAxis {
  readonly out: number;
  readonly size: number;
  readonly begin: number;
  readonly step: number;
}

/** y = x placed along every axis, and `value` wherever nothing lands. */
export function place(op: string, x: Tensor, y: Output, axes: readonly PlaceAxis[], value = 0): Tensor {
  const merged = mergePlaceAxes(axes);
  const count = axes.reduce((product, { out }) => product * out, 1);
  const inner = merged.at(-1)!;
  const vector = inner.step === 1 && [inner.out, inner.size, inner.begin].every(isMultipleOf4);
  const constants: Record<string, number | boolean> = { FILL: bitsOf(x, value), VECTOR: vector };
  const filler = { out: 1, size: 1, begin: 0, step: 1 };
  for (const [i, { out, size, begin, step }] of fillFront(op, merged, filler).entries()) {
    const unit = vector && i === maxAxes - 1 ? 4 : 1;
    if (i > 0) constants[`OUT_${i}`] = out / unit;
    constants[`IN_${i}`] = size / unit;
    constants[`BEGIN_${i}`] = begin / unit;
    constants[`STEP_${i}`] = step;
  }
  const into = outputTensor(x.engine, y, op);
  return run(placeKernel, { x }, { y: into }, { constants, invocations: Math.ceil(count / 4) }).y;
}

/** Merges an axis that x fills wholly into the one before it. */
function mergePlaceAxes(axes: readonly PlaceAxis[]): PlaceAxis[] {
  const merged: PlaceAxis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    if (outer?.step === 1 && axis.size === axis.out) {
      const { out } = axis;
      merged[merged.length - 1] = {
        out: outer.out * out,
        size: outer.size * out,
        begin: outer.begin * out,
        step: 1,
      };
    } else merged.push(axis);
  }
  return merged.length > 0 ? merged : [{ out: 1, size: 1, begin: 0, step: 1 }];
}

function bitsOf(x: Tensor, value: number): number {
  if (x.dtype !== "f32") return value >>> 0;
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

function isMultipleOf4(value: number): boolean {
  return value % 4 === 0;
}

/** `axes` with fillers in front, so that there are as many as the kernels have. */
function fillFront<A>(op: string, axes: readonly A[], filler: A): A[] {
  if (axes.length > maxAxes) {
    throw new ShapeError(
      `${op}: needs ${axes.length} separate axes in memory, at most ${maxAxes} are possible.`,
    );
  }
  return [...Array<A>(maxAxes - axes.length).fill(filler), ...axes];
}
