/**
 * @file A value of an ONNX graph while it becomes a model. ONNX has images as [n, c, h, w], wgrad as [n, h, w, c]; a view says how
 * the ONNX value follows from our tensor, so that transposes and reshapes move no data until something needs them moved.
 */
import type { Shape } from "../../engine/shape.ts";
import { sameShape, sizeOf } from "../../engine/shape.ts";
import { Flatten, Permute, Reshape } from "../../models/layers/index.ts";
import type { SymbolicTensor } from "../../models/symbolic.ts";

/** The ONNX value is our tensor with its axes in this order, then cut into this shape. All without the batch axis. */
export interface View {
  readonly tensor: SymbolicTensor;
  /** axis i of the value before it is cut is axis order[i] of the tensor, counted from 0 */
  readonly order: readonly number[];
  readonly shape: Shape;
}

/** Channels, height, width, of a tensor [h, w, c]. */
export const channelsFirst: readonly number[] = [2, 0, 1];

/** Our tensor as it is. */
export function plainView(tensor: SymbolicTensor): View {
  return { tensor, order: tensor.shape.map((_, i) => i), shape: tensor.shape };
}

/** An image [h, w, c] as ONNX has it. */
export function imageView(tensor: SymbolicTensor): View {
  return { tensor, order: channelsFirst, shape: channelsFirst.map((axis) => tensor.shape[axis]!) };
}

/** Another tensor of the same shape in the place of the view's. */
export function viewOf(view: View, tensor: SymbolicTensor): View {
  return { ...view, tensor };
}

/** True if only the order of axes differs: no axis was cut or joined. */
export function isWhole({ tensor, order, shape }: View): boolean {
  return sameShape(
    order.map((axis) => tensor.shape[axis]!),
    shape,
  );
}

export function inOrder(order: readonly number[]): boolean {
  return order.every((axis, i) => axis === i);
}

/** A tensor with exactly the shape and order of the value. */
export function asPlain(view: View): SymbolicTensor {
  const turned = inOrder(view.order)
    ? view.tensor
    : Permute(view.order.map((axis) => axis + 1)).apply(view.tensor);
  return inShape(turned, view.shape);
}

function inShape(tensor: SymbolicTensor, shape: Shape): SymbolicTensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  return (shape.length === 1 ? Flatten() : Reshape(shape)).apply(tensor);
}

/** A tensor [h, w, c] of a value [c, h, w]. */
export function asImage(view: View): SymbolicTensor {
  const { tensor, order, shape } = view;
  const [c, h, w] = shape as readonly [number, number, number];
  if (isWhole(view) && order.every((axis, i) => axis === channelsFirst[i])) return tensor;
  if (inOrder(order) && h * w === 1) return inShape(tensor, [1, 1, c]);
  return Permute([2, 3, 1]).apply(asPlain(view));
}

/**
 * A row of numbers of a value [features]. Number j of the value is number places[j] of the row; undefined places: the same
 * numbers in the same order.
 */
export function asRow(view: View): {
  readonly tensor: SymbolicTensor;
  readonly places: Int32Array | undefined;
} {
  const { tensor, order } = view;
  const row = inShape(tensor, [sizeOf(tensor.shape)]);
  const strides = tensor.shape.map((_, axis) => sizeOf(tensor.shape.slice(axis + 1)));
  const long = order.filter((axis) => tensor.shape[axis]! > 1); // axes of size 1 do not matter
  if (long.every((axis, i) => i === 0 || axis > long[i - 1]!)) return { tensor: row, places: undefined };
  let places: number[] = [0];
  for (const axis of order) {
    const steps = Array.from({ length: tensor.shape[axis]! }, (_, i) => i * strides[axis]!);
    places = places.flatMap((place) => steps.map((step) => place + step));
  }
  return { tensor: row, places: Int32Array.from(places) };
}
