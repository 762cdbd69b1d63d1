/** @file Sliding windows over images: output size and padding by TensorFlow's rules, for convolution and pooling. */
import { ArgumentError, formatShape, ShapeError } from "../engine/errors.ts";
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
    throw new ArgumentError(
      `${op}: padding must be "same" or "valid", got ${JSON.stringify(options.padding)}.`,
    );
  }
  const [windowHeight, windowWidth] = pair(op, "window", options.window);
  const [strideHeight, strideWidth] = pair(op, "strides", options.strides);
  const [dilationHeight, dilationWidth] = pair(op, "dilation", options.dilation ?? 1);
  const [, height, width] = image as readonly [number, number, number, number];
  const vertical = slide(height, windowHeight, strideHeight, dilationHeight, options.padding);
  const horizontal = slide(width, windowWidth, strideWidth, dilationWidth, options.padding);
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

/** Output size along one axis and the padding before it. */
function slide(size: number, window: number, stride: number, dilation: number, padding: Padding) {
  const extent = (window - 1) * dilation + 1;
  if (padding === "valid") return { out: Math.floor((size - extent) / stride) + 1, before: 0 };
  const out = Math.ceil(size / stride);
  const total = Math.max((out - 1) * stride + extent - size, 0);
  return { out, before: Math.floor(total / 2) };
}

/** `[height, width]` of an option given as one number or two. Throws ArgumentError unless they are positive integers. */
export function pair(op: string, name: string, value: Size2d): readonly [number, number] {
  const both = typeof value === "number" ? ([value, value] as const) : value;
  if (
    !Array.isArray(both) ||
    both.length !== 2 ||
    !both.every((size) => Number.isInteger(size) && size >= 1)
  ) {
    throw new ArgumentError(
      `${op}: ${name} must be a positive integer or two, got ${JSON.stringify(value)}.`,
    );
  }
  return both as readonly [number, number];
}
