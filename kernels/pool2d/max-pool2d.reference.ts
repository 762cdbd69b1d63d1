/** @file Max-pooling in float64, as plain loops. */
import { type Array64, array64 } from "../reference.ts";
import type { Window2d } from "../window.ts";

const nobody = 0xffffffff;

/** y [n, oh, ow, c] and, for each element, the index in x.data of the first NaN of its window, or else of the first largest value. */
export function maxPool2dReference(x: Array64, window: Window2d): { y: Array64; winner: Uint32Array } {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const { outHeight, outWidth } = window;
  const y = array64([batch, outHeight, outWidth, channels]);
  const winner = new Uint32Array(y.data.length).fill(nobody);
  let output = 0;
  for (let n = 0; n < batch; n++) {
    for (let oh = 0; oh < outHeight; oh++) {
      for (let ow = 0; ow < outWidth; ow++) {
        for (let c = 0; c < channels; c++, output++) {
          let largest = Number.NEGATIVE_INFINITY;
          for (let i = 0; i < window.windowHeight; i++) {
            const h = oh * window.strideHeight + i - window.padTop;
            if (h < 0 || h >= height) continue;
            for (let j = 0; j < window.windowWidth; j++) {
              const w = ow * window.strideWidth + j - window.padLeft;
              if (w < 0 || w >= width) continue;
              const index = ((n * height + h) * width + w) * channels + c;
              const value = x.data[index]!;
              if (
                winner[output] !== nobody &&
                !(value > largest || (Number.isNaN(value) && !Number.isNaN(largest)))
              )
                continue;
              largest = value;
              winner[output] = index;
            }
          }
          y.data[output] = largest;
        }
      }
    }
  }
  return { y, winner };
}

/** dx [n, h, w, c]: the whole gradient of each window goes to its winner. */
export function maxPool2dGradientReference(x: Array64, dy: Array64, window: Window2d): Array64 {
  const { winner } = maxPool2dReference(x, window);
  const dx = array64(x.shape);
  for (const [output, index] of winner.entries()) dx.data[index]! += dy.data[output]!;
  return dx;
}
