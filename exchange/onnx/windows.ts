/** @file Where windows lie on an image: ONNX's pads in terms of "valid", "same" and margins that layers of their own add. */
import { Concatenate, Cropping2D, ZeroPadding2D } from "../../models/layers/index.ts";
import type { SymbolicTensor } from "../../models/symbolic.ts";
import type { OnnxNode } from "./onnx-node.ts";

/** How windows slide along one axis. */
export interface Slide {
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  /** pixels that windows reach over the first one, and the last one */
  readonly before: number;
  readonly after: number;
  readonly padding: "valid" | "same" | "margins";
}

/** The slides along height and width of a node's windows over an image of this size. */
export function slidesOf(
  node: OnnxNode,
  size: readonly [number, number],
  window: readonly number[],
): readonly [Slide, Slide] {
  const strides = node.list("strides", 2, 1);
  const dilations = node.list("dilations", 2, 1);
  const pads = node.list("pads", 4, 0);
  if (![...strides, ...dilations, ...window].every((value) => value >= 1))
    node.refuse("windows, strides and dilations must be 1 or more");
  return [slide(node, 0), slide(node, 1)];

  function slide(node: OnnxNode, axis: 0 | 1): Slide {
    const [length, stride, dilation] = [size[axis], strides[axis]!, dilations[axis]!];
    const extent = (window[axis]! - 1) * dilation + 1;
    const sameOut = Math.ceil(length / stride);
    const samePads = Math.max((sameOut - 1) * stride + extent - length, 0);
    let [before, out] = [0, 0];
    switch (node.text("auto_pad", "NOTSET")) {
      case "SAME_UPPER":
        [before, out] = [Math.floor(samePads / 2), sameOut];
        break;
      case "SAME_LOWER":
        [before, out] = [Math.ceil(samePads / 2), sameOut];
        break;
      case "VALID":
        out = Math.floor((length - extent) / stride) + 1;
        break;
      default: {
        before = pads[axis]!;
        const room = length + before + pads[axis + 2]! - extent;
        out = Math.floor(room / stride) + 1;
        // with ceil_mode one more, unless it would begin beyond the image
        if (node.integer("ceil_mode", 0) === 1 && room % stride > 0 && out * stride < length + before) out++;
      }
    }
    if (out < 1) node.refuse(`a window of ${extent} pixels does not fit ${length} pixels`);
    const after = Math.max((out - 1) * stride + extent - length - before, 0);
    const isSame = out === sameOut && before === Math.floor(samePads / 2);
    const padding = before + after === 0 ? "valid" : isSame ? "same" : "margins";
    return { window: window[axis]!, stride, dilation, before, after, padding };
  }
}

/** One word for both axes, where they can share it. */
export function sharedPadding(
  [a, b]: readonly [Slide, Slide],
  size: readonly number[],
): "valid" | "same" | "margins" {
  if (a.padding === b.padding) return a.padding;
  // an axis without margins may be called "same" if that would add none either
  const either = (slide: Slide, length: number) => {
    const extent = (slide.window - 1) * slide.dilation + 1;
    return (
      slide.padding === "same" ||
      (slide.padding === "valid" && (Math.ceil(length / slide.stride) - 1) * slide.stride + extent <= length)
    );
  };
  return either(a, size[0]!) && either(b, size[1]!) ? "same" : "margins";
}

/** Zeros around an image. */
export function zeroMargins(
  node: OnnxNode,
  image: SymbolicTensor,
  [a, b]: readonly [Slide, Slide],
): SymbolicTensor {
  return node.apply(
    ZeroPadding2D([
      [a.before, a.after],
      [b.before, b.after],
    ]),
    image,
  );
}

/** Longest margin that is made of single rows or columns. */
const longestMargin = 64;

/** Along an axis (0 rows, 1 columns), copies of those pixels before and after the image whose numbers are listed. */
export function copiedMargins(
  node: OnnxNode,
  image: SymbolicTensor,
  axis: 0 | 1,
  before: readonly number[],
  after: readonly number[],
): SymbolicTensor {
  if (before.length + after.length === 0) return image;
  const length = image.shape[axis]!;
  if (
    before.length + after.length > longestMargin ||
    ![...before, ...after].every((i) => i >= 0 && i < length)
  )
    node.refuse(`a margin of ${before.length} and ${after.length} copied pixels on an image of ${length}`);
  const pixel = (i: number) => {
    if (length === 1) return image;
    const margins = [i, length - 1 - i] as const;
    return node.apply(Cropping2D(axis === 0 ? [margins, [0, 0]] : [[0, 0], margins]), image);
  };
  return node.apply(Concatenate({ axis: axis + 1 }), [...before.map(pixel), image, ...after.map(pixel)]);
}

/** Copies of the outermost pixels: windows that take the largest value find nothing new in them. */
export function edgeMargins(
  node: OnnxNode,
  image: SymbolicTensor,
  slides: readonly [Slide, Slide],
): SymbolicTensor {
  let padded = image;
  for (const axis of [0, 1] as const) {
    const { before, after } = slides[axis];
    const last = image.shape[axis]! - 1;
    padded = copiedMargins(
      node,
      padded,
      axis,
      Array<number>(Math.min(before, longestMargin + 1)).fill(0),
      Array<number>(Math.min(after, longestMargin + 1)).fill(last),
    );
  }
  return padded;
}
