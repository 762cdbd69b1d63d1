/** @file Activations, sums and products of values, and constants added to them or multiplied with them. */
import { sameShape } from "../../../engine/shape.ts";
import {
  Activation,
  Add,
  Average,
  Concatenate,
  DepthwiseConv2D,
  Dropout,
  type Layer,
  LeakyReLU,
  Maximum,
  Minimum,
  Multiply,
  PReLU,
  ReLU,
  Rescaling,
  Reshape,
  Softmax,
  Subtract,
} from "../../../models/layers/index.ts";
import type { SymbolicTensor } from "../../../models/symbolic.ts";
import type { Constant } from "../constants.ts";
import { axisOf } from "../node-reader.ts";
import { isConstant, type OnnxNode } from "../onnx-node.ts";
import { asImage, asPlain, imageView, isWhole, plainView, type View, viewOf } from "../view.ts";
import { activationOf, isAlongChannels } from "./epilogue.ts";

/** A layer that works on each number alone: the order of axes does not matter. */
export function onEach(node: OnnxNode, layer: Layer): View {
  const view = node.view();
  return viewOf(view, node.apply(layer, view.tensor));
}

export function readActivation(node: OnnxNode): View {
  const name = activationOf(node);
  if (name) return onEach(node, Activation(name));
  return node.refuse("its alpha, beta or gamma differ from those of the activation that wgrad has");
}

export function readLeakyRelu(node: OnnxNode): View {
  return onEach(node, LeakyReLU({ negativeSlope: node.float("alpha", 0.01) }));
}

/** Only from 0 on: relu with an end. */
export function readClip(node: OnnxNode): View {
  const limit = (index: number, name: string) => {
    const given = node.optional(index);
    if (given) return given.data[0];
    return node.proto.attributes.has(name) ? node.float(name, 0) : undefined;
  };
  const [low, high] = [limit(1, "min"), limit(2, "max")];
  if (low !== 0) node.refuse(`only values from 0 on are taken, not from ${low}`);
  if (high === 6) return onEach(node, Activation("relu6"));
  const beyond = high === undefined || high >= 3.4e38;
  return onEach(node, beyond ? ReLU() : ReLU({ maxValue: high }));
}

export function readDropout(node: OnnxNode): View {
  const ratio = node.optional(1)?.data[0] ?? node.float("ratio", 0.5);
  if (!(ratio >= 0 && ratio < 1)) node.refuse(`a ratio of ${ratio} is not taken`);
  return onEach(node, Dropout(Number(ratio.toPrecision(6))));
}

/** One slope for all, for each channel, or for each place. */
export function readPRelu(node: OnnxNode): View {
  const view = node.view();
  const slope = node.constant(1);
  if (!(slope.data instanceof Float32Array)) node.refuse("the slopes must be floats");
  const rank = view.shape.length;
  const full = [
    ...Array<number>(Math.max(rank - slope.shape.length, 0)).fill(1),
    ...slope.shape.slice(-rank),
  ];
  const fits = full.every((size, i) => size === 1 || size === view.shape[i]);
  if (!fits || slope.data.length === 0) node.refuse(`slopes [${slope.shape}] do not fit [n,${view.shape}]`);
  const isImage = rank === 3;
  const tensor = isImage ? asImage(view) : asPlain(view);
  const ours = isImage ? [full[1]!, full[2]!, full[0]!] : full;
  const sharedAxes = ours.flatMap((size, i) => (size === 1 ? [i + 1] : []));
  const layer = PReLU({ sharedAxes, name: node.layerName(slope) });
  node.workshop.setWeights(layer, new Map([["alpha", channelsLast(slope.data as Float32Array, full)]]));
  const made = node.apply(layer, tensor);
  return isImage ? imageView(made) : plainView(made);
}

/** Values [c, h, w] as [h, w, c]; of other ranks as they are. */
function channelsLast(data: Float32Array, shape: readonly number[]): Float32Array {
  if (shape.length !== 3) return data;
  const [c, h, w] = shape as readonly [number, number, number];
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % c) * h * w + Math.floor(i / c)]!);
}

/** Softmax along one axis of the samples. */
export function readSoftmax(node: OnnxNode): View {
  const view = node.view();
  const rank = view.shape.length + 1;
  const axis = axisOf(node.integer("axis", node.opset < 13 ? 1 : -1), rank);
  if (node.opset < 13 && axis !== rank - 1) node.refuse(`along axis ${axis} before opset 13 is not taken`);
  if (axis < 1 || axis >= rank) node.refuse(`[n,${view.shape}] has no axis ${axis} of samples`);
  if (node.proto.op === "LogSoftmax") {
    if (axis !== rank - 1) node.refuse("only the last axis is taken");
    return plainView(node.apply(Activation("log_softmax"), asPlain(view)));
  }
  const whole = isWhole(view) ? view : plainView(asPlain(view));
  const own = whole.order[axis - 1]! + 1;
  const last = own === whole.tensor.shape.length;
  return viewOf(whole, node.apply(last ? Activation("softmax") : Softmax({ axis: own }), whole.tensor));
}

const merges: Readonly<Record<string, () => Layer>> = {
  Add: () => Add(),
  Sum: () => Add(),
  Sub: () => Subtract(),
  Mul: () => Multiply(),
  Mean: () => Average(),
  Max: () => Maximum(),
  Min: () => Minimum(),
};

/** Two values or more, or one and a constant. */
export function readArithmetic(node: OnnxNode): View {
  const { op } = node.proto;
  const values = node.inputs;
  const constants = values.filter(isConstant);
  if (constants.length > 0) return withConstant(node, values[0]!, values[1]!);
  const views = values as readonly View[];
  if (views.length === 1) return views[0]!;
  const make = merges[op] ?? node.refuse("of two values is not taken");
  const { tensors, back } = together(node, views);
  return back(node.apply(make(), tensors));
}

/** Values in one order of axes. */
function together(
  node: OnnxNode,
  views: readonly View[],
): { tensors: readonly SymbolicTensor[]; back: (tensor: SymbolicTensor) => View } {
  const first = views[0] ?? node.refuse("has no inputs");
  if (!views.every(({ shape }) => sameShape(shape, first.shape)))
    node.refuse(`the values have the shapes ${views.map(({ shape }) => `[n,${shape}]`).join(" and ")}`);
  const alike = (view: View) =>
    sameShape(view.tensor.shape, first.tensor.shape) &&
    view.order.every((axis, i) => axis === first.order[i]);
  if (views.every(alike))
    return { tensors: views.map(({ tensor }) => tensor), back: (tensor) => viewOf(first, tensor) };
  if (first.shape.length === 3) return { tensors: views.map(asImage), back: imageView };
  return { tensors: views.map(asPlain), back: plainView };
}

/** x + c, x - c, c - x, x * c, x / c: one constant for all numbers, or one for each channel. */
function withConstant(node: OnnxNode, a: View | Constant, b: View | Constant): View {
  const { op } = node.proto;
  const constantFirst = isConstant(a);
  const c = (constantFirst ? a : b) as Constant;
  if (
    !["Add", "Sub", "Mul", "Div"].includes(op) ||
    node.inputs.length !== 2 ||
    isConstant(constantFirst ? b : a)
  )
    node.refuse("with a constant is not taken");
  if (op === "Div" && constantFirst) node.refuse("a constant over a value is not taken");
  const view = (constantFirst ? b : a) as View;
  const scaleOf = (value: number) =>
    op === "Mul" ? value : op === "Div" ? 1 / value : op === "Sub" && constantFirst ? -1 : 1;
  const shiftOf = (value: number) =>
    op === "Add" || (op === "Sub" && constantFirst) ? value : op === "Sub" ? -value : 0;
  if (c.data.length === 1) {
    const [scale, offset] = [scaleOf(c.data[0]!), shiftOf(c.data[0]!)];
    if (!Number.isFinite(Math.fround(scale)) || !Number.isFinite(offset))
      node.refuse(`the constant ${c.data[0]} is not taken`);
    return viewOf(view, node.apply(Rescaling(scale, { offset }), view.tensor));
  }
  const isImage = view.shape.length === 3;
  const isLast = isImage && isWhole(view) && view.order[2] === 2; // the file has channels last here
  const channels = isImage && !isLast ? view.shape[0]! : view.shape.at(-1)!;
  if (!isAlongChannels(c, channels, isImage && !isLast ? 3 : 1) || view.shape.length === 2)
    node.refuse(
      `a constant [${c.shape}] with [n,${view.shape}]: only one number, or one for each channel, is taken`,
    );
  // a convolution with windows of one pixel, each channel alone: x * kernel + bias
  const layer = DepthwiseConv2D(1, { name: node.layerName(c) });
  const values = Array.from(c.data);
  node.workshop.setWeights(
    layer,
    new Map([
      ["depthwise_kernel", Float32Array.from(values, scaleOf)],
      ["bias", Float32Array.from(values, shiftOf)],
    ]),
  );
  if (isLast) return viewOf(view, node.apply(layer, view.tensor));
  if (isImage) return node.applyToImage(layer, asImage(view));
  const pixel = Reshape([1, 1, channels]).apply(asPlain(view));
  return { ...plainView(node.apply(layer, pixel)), shape: [channels] };
}

/** Values one after the other along an axis of the samples. */
export function readConcat(node: OnnxNode): View {
  const views = node.inputs.map((_, i) => node.view(i));
  const first = views[0] ?? node.refuse("has no inputs");
  const rank = first.shape.length + 1;
  const axis = axisOf(node.integer("axis", 1), rank);
  if (axis < 1 || axis >= rank) node.refuse(`[n,${first.shape}] has no axis ${axis} of samples`);
  if (views.length === 1) return first;
  const isImage = views.every(({ shape }) => shape.length === 3);
  const sameOrder = views.every(
    (view) => isWhole(view) && view.order.every((each, i) => each === first.order[i]),
  );
  if (sameOrder) {
    const tensor = node.apply(
      Concatenate({ axis: first.order[axis - 1]! + 1 }),
      views.map((view) => view.tensor),
    );
    const shape = first.order.map((each) => tensor.shape[each]!);
    return { tensor, order: first.order, shape };
  }
  if (isImage) {
    const own = [3, 1, 2][axis - 1]!;
    return imageView(node.apply(Concatenate({ axis: own }), views.map(asImage)));
  }
  return plainView(node.apply(Concatenate({ axis }), views.map(asPlain)));
}
