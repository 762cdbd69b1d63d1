/** @file The output size of a transposed convolution, by the rule that Keras 2 has. */
import { pair, resolveWindow, type Window2d, type WindowOptions } from "../window.ts";

/**
 * The window of the convolution that `op` transposes: it slides over images of height x width, which is the size of the
 * transposed convolution's output, and stops at outHeight x outWidth positions, which is the size of `image` [n, h, w, c].
 *
 * `same`: height = h * stride. `valid`: height = h * stride + max(extent - stride, 0), extent being the dilated window's.
 */
export function resolveTransposedWindow(
  op: string,
  image: readonly [number, number, number, number],
  options: WindowOptions,
): Window2d {
  const [batch, h, w, channels] = image;
  const window = pair(op, "window", options.window);
  const strides = pair(op, "strides", options.strides);
  const dilation = pair(op, "dilation", options.dilation ?? 1);
  const sizeAlong = (axis: 0 | 1, size: number) => {
    const extent = (window[axis] - 1) * dilation[axis] + 1;
    const beyond = options.padding === "same" ? 0 : Math.max(extent - strides[axis], 0);
    return size * strides[axis] + beyond;
  };
  return resolveWindow(op, [batch, sizeAlong(0, h), sizeAlong(1, w), channels], options);
}
