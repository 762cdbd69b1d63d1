/** @file Average-pooling in float64, as plain loops. */
import { type Array64, array64 } from "../reference.ts";
import type { Window2d } from "../window.ts";

/** Calls `visit` with the index in x.data of every pixel of every window, the window's output and its pixel count. */
function visitWindows(
  shape: readonly number[],
  window: Window2d,
  visit: (index: number, output: number, count: number) => void,
): void {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  let output = 0;
  for (let n = 0; n < batch; n++) {
    for (let oh = 0; oh < window.outHeight; oh++) {
      const rows = covered(oh, window.windowHeight, window.strideHeight, window.padTop, height);
      for (let ow = 0; ow < window.outWidth; ow++) {
        const columns = covered(ow, window.windowWidth, window.strideWidth, window.padLeft, width);
        for (let c = 0; c < channels; c++, output++) {
          for (const h of rows) {
            for (const w of columns) {
              const index = ((n * height + h) * width + w) * channels + c;
              visit(index, output, rows.length * columns.length);
            }
          }
        }
      }
    }
  }
}

/** Positions inside the image that window `o` covers along one axis. */
function covered(o: number, window: number, stride: number, pad: number, size: number): number[] {
  const positions: number[] = [];
  for (let i = 0; i < window; i++) {
    const position = o * stride + i - pad;
    if (position >= 0 && position < size) positions.push(position);
  }
  return positions;
}

/** y [n, oh, ow, c]: means over the real pixels of each window. */
export function avgPool2dReference(x: Array64, window: Window2d): Array64 {
  const y = array64([x.shape[0]!, window.outHeight, window.outWidth, x.shape[3]!]);
  visitWindows(x.shape, window, (index, output, count) => {
    y.data[output]! += x.data[index]! / count;
  });
  return y;
}

/** dx [n, h, w, c]: every pixel of a window gets the same share. */
export function avgPool2dGradientReference(x: Array64, dy: Array64, window: Window2d): Array64 {
  const dx = array64(x.shape);
  visitWindows(x.shape, window, (index, output, count) => {
    dx.data[index]! += dy.data[output]! / count;
  });
  return dx;
}
