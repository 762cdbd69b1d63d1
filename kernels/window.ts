/** @file Sliding windows over images: output size and padding by TensorFlow's rules, for convolution and pooling. */
import { ArgumentError, formatShape, ShapeError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import type { Shape } from "../engine/shape.ts";

/** `same`: out = ceil(in / stride), the odd pixel of padding at the bottom and right. `valid`: no padding. */
export type Padding = "same" | "valid";

/** One size for both axes, or [height, width]. */
export type Size2d = number | readonly [number, number];

export interface WindowOptions {
  readonly window: Size2d;
  readonly strides: Size2d;
  readonly padding: Padding;
  readonly dilation?: Size2d;
}

/** Kernels count pixels in 32 bits: nothing beyond this is needed, and products of it and small numbers still fit. */
const largestSize = 2 ** 20;

/** A window sliding over one image size, resolved to numbers. */
export interface Window2d {
  readonly height: number;
  readonly width: number;
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Resolves a window over images `[n, h, w, c]`. Throws ShapeError if no window fits. */
export function resolveWindow(op: string, image: Shape, options: WindowOptions): Window2d {
  if (image.length !== 4) {
    throw new ShapeError(`${op}: expects an image [n,h,w,c], got ${formatShape(image)}.`);
  }
  if (options.padding !== "same" && options.padding !== "valid") {
    throw new ArgumentError(`${op}: padding must be "same" or "valid", got ${written(options.padding)}.`);
  }
  const [windowHeight, windowWidth] = pair(op, "window", options.window);
  const [strideHeight, strideWidth] = pair(op, "strides", options.strides);
  const [dilationHeight, dilationWidth] = pair(op, "dilation", options.dilation ?? 1);
  const [, height, width] = image as readonly [number, number, number, number];
  const vertical = slide(height, windowHeight, strideHeight, dilationHeight, options.padding);
  const horizontal = slide(width, windowWidth, strideWidth, dilationWidth, options.padding);
  if (Math.max(vertical.extent, horizontal.extent) > largestSize) {
    const extents = `${vertical.extent}x${horizontal.extent}`;
    throw new ShapeError(`${op}: with its dilation the window is ${extents} pixels large, more than 2^20.`);
  }
  if (vertical.out < 1 || horizontal.out < 1) {
    const window = `${windowHeight}x${windowWidth}`;
    throw new ShapeError(
      `${op}: a ${window} window does not fit the image ${formatShape(image)} with padding "valid".`,
    );
  }
  return {
    height,
    width,
    windowHeight,
    windowWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop: vertical.before,
    padLeft: horizontal.before,
    outHeight: vertical.out,
    outWidth: horizontal.out,
  };
}

/** Output size along one axis, the padding before it, and the pixels from the window's first to its last. */
function slide(size: number, window: number, stride: number, dilation: number, padding: Padding) {
  const extent = (window - 1) * dilation + 1;
  if (padding === "valid") return { out: Math.floor((size - extent) / stride) + 1, before: 0, extent };
  const out = Math.ceil(size / stride);
  const total = Math.max((out - 1) * stride + extent - size, 0);
  return { out, before: Math.floor(total / 2), extent };
}

/** `[height, width]` of an option given as one number or two. Throws ArgumentError unless they are positive integers, up to 2^20. */
export function pair(op: string, name: string, value: Size2d): readonly [number, number] {
  const both = typeof value === "number" ? ([value, value] as const) : value;
  if (
    !Array.isArray(both) ||
    both.length !== 2 ||
    !both.every((size) => Number.isInteger(size) && size >= 1)
  ) {
    throw new ArgumentError(`${op}: ${name} must be a positive integer or two, got ${written(value)}.`);
  }
  if (Math.max(both[0]!, both[1]!) > largestSize) {
    throw new ArgumentError(`${op}: ${name} must be at most 2^20, got ${written(value)}.`);
  }
  return both as readonly [number, number];
}
