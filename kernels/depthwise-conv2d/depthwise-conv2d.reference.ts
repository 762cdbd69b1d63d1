/** @file Depthwise convolution in float64, as plain loops. */
import { type Array64, array64 } from "../reference.ts";
import type { Window2d } from "../window.ts";

/** Sizes of image [n, h, w, c] and filters [kh, kw, c, multiplier]. */
export interface DepthwiseSizes extends Window2d {
  readonly batch: number;
  readonly channels: number;
  readonly multiplier: number;
}

/** Calls `visit` for every product with the indices of its three factors: a pixel, a weight, an element of the output. */
function forEachProduct(
  sizes: DepthwiseSizes,
  visit: (image: number, filter: number, y: number) => void,
): void {
  const { batch, height, width, channels, multiplier, outHeight, outWidth } = sizes;
  for (let y = 0; y < batch * outHeight * outWidth * channels * multiplier; y++) {
    const m = y % multiplier;
    const c = Math.floor(y / multiplier) % channels;
    const position = Math.floor(y / (multiplier * channels));
    const ow = position % outWidth;
    const oh = Math.floor(position / outWidth) % outHeight;
    const n = Math.floor(position / (outWidth * outHeight));
    for (let kh = 0; kh < sizes.windowHeight; kh++) {
      const h = oh * sizes.strideHeight + kh * sizes.dilationHeight - sizes.padTop;
      if (h < 0 || h >= height) continue;
      for (let kw = 0; kw < sizes.windowWidth; kw++) {
        const w = ow * sizes.strideWidth + kw * sizes.dilationWidth - sizes.padLeft;
        if (w < 0 || w >= width) continue;
        const pixel = ((n * height + h) * width + w) * channels + c;
        const weight = ((kh * sizes.windowWidth + kw) * channels + c) * multiplier + m;
        visit(pixel, weight, y);
      }
    }
  }
}

/** y [n, oh, ow, c*multiplier] from image [n, h, w, c] and filters [kh, kw, c, multiplier] */
export function depthwiseConv2dReference(image: Array64, filters: Array64, sizes: DepthwiseSizes): Array64 {
  const y = array64([sizes.batch, sizes.outHeight, sizes.outWidth, sizes.channels * sizes.multiplier]);
  forEachProduct(sizes, (i, f, o) => {
    y.data[o]! += image.data[i]! * filters.data[f]!;
  });
  return y;
}

/** dimage and dfilters: each pixel and each weight collects from every product it took part in. */
export function depthwiseConv2dGradientReference(
  dy: Array64,
  image: Array64,
  filters: Array64,
  sizes: DepthwiseSizes,
): [Array64, Array64] {
  const [dimage, dfilters] = [array64(image.shape), array64(filters.shape)];
  forEachProduct(sizes, (i, f, o) => {
    dimage.data[i]! += dy.data[o]! * filters.data[f]!;
    dfilters.data[f]! += dy.data[o]! * image.data[i]!;
  });
  return [dimage, dfilters];
}
