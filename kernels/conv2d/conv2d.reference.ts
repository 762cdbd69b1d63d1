/** @file Convolution and its gradients in float64, as plain loops: the definition that all kernels are held against. */
import { type Array64, array64 } from "../reference.ts";
import type { Convolution } from "./problem.ts";

/**
 * Calls `visit` for every product in a convolution with the indices of its three factors: one pixel of the image,
 * one weight, one element of the output. The forward pass sums image * filters into y; the gradients sum the other pairs.
 */
function forEachProduct(
  problem: Convolution,
  visit: (image: number, filter: number, y: number) => void,
): void {
  const { batch, height, width, channels, filters, groups, outHeight, outWidth, windowHeight, windowWidth } =
    problem;
  const [groupChannels, groupFilters] = [channels / groups, filters / groups];
  for (let n = 0; n < batch; n++) {
    for (let oh = 0; oh < outHeight; oh++) {
      for (let ow = 0; ow < outWidth; ow++) {
        for (let kh = 0; kh < windowHeight; kh++) {
          const h = oh * problem.strideHeight + kh * problem.dilationHeight - problem.padTop;
          if (h < 0 || h >= height) continue;
          for (let kw = 0; kw < windowWidth; kw++) {
            const w = ow * problem.strideWidth + kw * problem.dilationWidth - problem.padLeft;
            if (w < 0 || w >= width) continue;
            const pixel = ((n * height + h) * width + w) * channels;
            const output = ((n * outHeight + oh) * outWidth + ow) * filters;
            for (let k = 0; k < filters; k++) {
              const group = pixel + Math.floor(k / groupFilters) * groupChannels; // the channels that filter k sees
              for (let c = 0; c < groupChannels; c++) {
                const weight = ((kh * windowWidth + kw) * groupChannels + c) * filters + k;
                visit(group + c, weight, output + k);
              }
            }
          }
        }
      }
    }
  }
}

/** y [n, oh, ow, k] from image [n, h, w, c] and filters [kh, kw, c / groups, k] */
export function conv2dReference(image: Array64, filters: Array64, problem: Convolution): Array64 {
  const y = array64([problem.batch, problem.outHeight, problem.outWidth, problem.filters]);
  forEachProduct(problem, (i, f, o) => {
    y.data[o]! += image.data[i]! * filters.data[f]!;
  });
  return y;
}

/** dimage [n, h, w, c]: each pixel collects from every output it helped to make. */
export function conv2dInputGradientReference(dy: Array64, filters: Array64, problem: Convolution): Array64 {
  const dimage = array64([problem.batch, problem.height, problem.width, problem.channels]);
  forEachProduct(problem, (i, f, o) => {
    dimage.data[i]! += dy.data[o]! * filters.data[f]!;
  });
  return dimage;
}

/** dfilters [kh, kw, c / groups, k]: each weight collects from every place it was used at. */
export function conv2dFilterGradientReference(image: Array64, dy: Array64, problem: Convolution): Array64 {
  const { windowHeight, windowWidth, channels, groups, filters } = problem;
  const dfilters = array64([windowHeight, windowWidth, channels / groups, filters]);
  forEachProduct(problem, (i, f, o) => {
    dfilters.data[f]! += image.data[i]! * dy.data[o]!;
  });
  return dfilters;
}
