/** @file What is common to the layers that are written as ONNX: their call, its inputs in either order, bias and activation. */
import { ArgumentError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import { type Padding, resolveWindow, type Size2d } from "../../kernels/window.ts";
import type { Layer } from "../../models/layers/index.ts";
import type { GraphWriter, Written } from "./graph-writer.ts";
import { writeActivation } from "./write-activation.ts";

/** A layer's call: what it is given and what it shall give. */
export interface WrittenCall {
  readonly layer: Layer;
  readonly graph: GraphWriter;
  readonly inputs: readonly Written[];
  readonly output: Shape;
  /** the layer's settings by name */
  readonly config: Readonly<Record<string, unknown>>;
  /** a weight's values and its path in the model */
  weight(name: string): { readonly path: string; readonly shape: Shape; readonly data: Float32Array };
}

export const first = ({ graph, inputs, layer }: WrittenCall) => graph.turned(inputs[0]!, true, layer.name);
export const last = ({ graph, inputs, layer }: WrittenCall) => graph.turned(inputs[0]!, false, layer.name);

export function image(call: WrittenCall, name: string): Written {
  return { name, shape: call.output, channelsFirst: true };
}

export function plain(call: WrittenCall, name: string): Written {
  return { name, shape: call.output, channelsFirst: false };
}

/** Pads top, left, bottom, right of windows over an image. */
export function padsOf(
  call: WrittenCall,
  window: Size2d,
  strides: Size2d,
  dilation: Size2d,
): readonly number[] {
  const padding = (call.config.padding ?? "valid") as Padding;
  if (padding === "valid") return [0, 0, 0, 0];
  const w = resolveWindow(call.layer.name, [1, ...call.inputs[0]!.shape], {
    window,
    strides,
    padding,
    dilation,
  });
  const bottom =
    (w.outHeight - 1) * w.strideHeight + (w.windowHeight - 1) * w.dilationHeight + 1 - w.height - w.padTop;
  const right =
    (w.outWidth - 1) * w.strideWidth + (w.windowWidth - 1) * w.dilationWidth + 1 - w.width - w.padLeft;
  return [w.padTop, w.padLeft, Math.max(bottom, 0), Math.max(right, 0)];
}

export function bias(call: WrittenCall): string {
  const { path, shape, data } = call.weight("bias");
  return call.graph.weight(path, shape, data);
}

export function withActivation(call: WrittenCall, value: Written): Written {
  const { activation = "linear" } = call.config;
  return writeActivation(call.graph, call.layer.name, value, activation);
}

export function cannot(layer: Layer, how: string): ArgumentError {
  return new ArgumentError(`toOnnx: ${layer.name}: a ${layer.className} ${how} cannot be written as ONNX.`);
}

/** Where a Keras axis of [n, h, w, c] lies in [n, c, h, w]; of other ranks the axis counted from 0. */
export function axisFirst(axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank + 1 : axis;
  return rank === 3 ? [0, 2, 3, 1][own]! : own;
}
