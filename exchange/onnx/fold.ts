/** @file Nodes whose inputs are all constant, computed while a file is read: shapes, casts, transposed weights. */
import { sizeOf } from "../../engine/shape.ts";
import {
  type Constant,
  combined,
  constantOf,
  isFloat,
  largestMade,
  numbersOf,
  permuted,
} from "./constants.ts";
import { axisOf, type NodeReader } from "./node-reader.ts";
import type { NodeProto } from "./proto.ts";

type Fold = (inputs: readonly Constant[], node: NodeReader) => Constant | undefined;

const elementwise =
  (rule: (a: number, b: number) => number): Fold =>
  ([a, b]) =>
    a && b && combined(a, b, rule);

const unchanged: Fold = ([x]) => x;

const folds: Readonly<Record<string, Fold>> = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  // whole numbers are divided towards zero
  Div: ([a, b]) =>
    a && b && combined(a, b, (p, q) => (a.data instanceof Float32Array ? p / q : Math.trunc(p / q))),
  Identity: unchanged,
  Shape: ([x], node) => {
    const sizes = x?.shape.slice(node.integer("start", 0), node.integer("end", x.shape.length));
    return sizes && { shape: [sizes.length], data: Float64Array.from(sizes), name: undefined };
  },
  Cast: ([x], node) => {
    if (!x) return undefined;
    const data = isFloat(node.integer("to", 1))
      ? Float32Array.from(x.data)
      : Float64Array.from(x.data, Math.trunc);
    return { ...x, data: x.data.constructor === data.constructor ? x.data : data };
  },
  Reshape: ([x, shape]) => x && shape && reshaped(x, numbersOf(shape)),
  Flatten: ([x], node) => {
    if (!x) return undefined;
    const axis = axisOf(node.integer("axis", 1), x.shape.length);
    return { ...x, shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))] };
  },
  Squeeze: ([x, axes], node) => {
    const chosen = axes ? numbersOf(axes) : node.integers("axes", []);
    return (
      x && {
        ...x,
        shape: x.shape.filter((size, i) =>
          chosen.length > 0 ? !has(chosen, i, x.shape.length) : size !== 1,
        ),
      }
    );
  },
  Unsqueeze: ([x, axes], node) => {
    if (!x) return undefined;
    const chosen = axes ? numbersOf(axes) : node.integers("axes", []);
    const rank = x.shape.length + chosen.length;
    const rest = [...x.shape];
    const shape = Array.from({ length: rank }, (_, i) => (has(chosen, i, rank) ? 1 : rest.shift()!));
    return { ...x, shape };
  },
  Transpose: ([x], node) => {
    if (!x) return undefined;
    const order = node.integers(
      "perm",
      x.shape.map((_, i) => x.shape.length - 1 - i),
    );
    if (!x.shape.every((_, i) => order.includes(i)) || order.length !== x.shape.length) return undefined;
    const turned = permuted(x, order);
    return x.shape.length === 2 && order[0] === 1 && x.name ? { ...turned, transposeOf: x.name } : turned;
  },
  Concat: (inputs, node) => {
    const flat = inputs.every(({ shape }) => shape.length === 1) && axisOf(node.integer("axis", 0), 1) === 0;
    if (!flat) return undefined;
    const data = Float64Array.from(inputs.flatMap(numbersOf));
    return { shape: [data.length], data, name: undefined };
  },
  Gather: ([x, indices]) => {
    if (x?.shape.length !== 1 || !indices) return undefined;
    const places = numbersOf(indices).map((i) => (i < 0 ? i + x.data.length : i));
    if (!places.every((i) => i in x.data)) return undefined;
    return { shape: indices.shape, data: Float64Array.from(places, (i) => x.data[i]!), name: undefined };
  },
  Slice: ([x, ...given], node) => {
    if (!x || x.data.length === 0) return undefined; // else an axis could be of any size
    const [starts, ends, axes, steps] = ["starts", "ends", "axes", "steps"].map((name, i) =>
      given[i] ? numbersOf(given[i]) : node.integers(name, []),
    ) as [readonly number[], readonly number[], readonly number[], readonly number[]];
    const places = x.shape.map((size) => Array.from({ length: size }, (_, i) => i));
    for (const [i, start] of starts.entries()) {
      const axis = axisOf(axes[i] ?? i, x.shape.length);
      if (places[axis] === undefined || ends[i] === undefined) return undefined;
      const taken = placesBetween(start, ends[i], steps[i] ?? 1, x.shape[axis]!);
      if (!taken) return undefined;
      places[axis] = taken;
    }
    return picked(x, places);
  },
  ConstantOfShape: ([shape], node) => {
    if (!shape) return undefined;
    const dims = numbersOf(shape);
    const value = node.tensor("value");
    const fill = value ? constantOf(value, node.label) : { data: new Float32Array(1) };
    if (!dims.every((size) => size >= 0) || sizeOf(dims) > largestMade) return undefined;
    const Kind = fill.data instanceof Float32Array ? Float32Array : Float64Array;
    return { shape: dims, data: new Kind(sizeOf(dims)).fill(fill.data[0] ?? 0), name: undefined };
  },
};

/** What a node without inputs holds. Undefined for any other. */
export function constantNode(proto: NodeProto, node: NodeReader): Constant | undefined {
  if (proto.op !== "Constant") return undefined;
  const tensor = node.tensor("value");
  if (tensor) return { ...constantOf(tensor, node.label), name: proto.outputs[0] };
  for (const { name, float, integer, floats, integers } of proto.attributes.values()) {
    if (name === "value_float") return { shape: [], data: Float32Array.of(float), name: undefined };
    if (name === "value_int") return { shape: [], data: Float64Array.of(integer), name: undefined };
    if (name === "value_floats")
      return { shape: [floats.length], data: Float32Array.from(floats), name: undefined };
    if (name === "value_ints")
      return { shape: [integers.length], data: Float64Array.from(integers), name: undefined };
  }
  return undefined;
}

/** The result of a node with constant inputs; undefined if wgrad does not compute it. */
export function fold(op: string, inputs: readonly Constant[], node: NodeReader): Constant | undefined {
  return Object.hasOwn(folds, op) ? folds[op]!(inputs, node) : undefined;
}

/** start, start + step, ... before end, counted from the end of the axis where negative, as in Python. */
function placesBetween(start: number, end: number, step: number, size: number): number[] | undefined {
  if (!Number.isInteger(step) || step === 0) return undefined;
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (value: number) => Math.min(Math.max(value < 0 ? value + size : value, low), high);
  const [from, to] = [clamp(start), clamp(end)];
  const length = Math.max(Math.ceil((to - from) / step), 0);
  return Array.from({ length }, (_, i) => from + i * step);
}

/** The values at these places of each axis. */
function picked({ shape, data }: Constant, places: readonly (readonly number[])[]): Constant {
  const to = places.map(({ length }) => length);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const result = data.slice(0, sizeOf(to));
  for (let i = 0; i < result.length; i++) {
    let [rest, from] = [i, 0];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += places[axis]![rest % to[axis]!]! * strides[axis]!;
      rest = Math.floor(rest / to[axis]!);
    }
    result[i] = data[from]!;
  }
  return { shape: to, data: result, name: undefined };
}

function reshaped(x: Constant, target: readonly number[]): Constant | undefined {
  const shape = target.map((size, i) => (size === 0 ? (x.shape[i] ?? 0) : size));
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = x.data.length / sizeOf(shape.filter((size) => size !== -1));
  return sizeOf(shape) === x.data.length && shape.every(Number.isInteger) ? { ...x, shape } : undefined;
}

function has(axes: readonly number[], axis: number, rank: number): boolean {
  return axes.some((each) => axisOf(each, rank) === axis);
}
