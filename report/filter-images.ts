/** @file The kernel of the first convolution as images. */

import { ArgumentError } from "../engine/errors.ts";
import type { FilterWeights, ReportImages } from "./run-report.ts";

/**
 * One image per filter. Zero is middle grey and the largest weight of all filters, in size, is black or white, so
 * that filters can be compared: one that learned nothing stays grey.
 */
export function filterImages({ weights, height, width, channels, filters }: FilterWeights): ReportImages {
  if (channels !== 1 && channels !== 3) {
    throw new ArgumentError(
      `report: filters can be shown for 1 or 3 input channels, these have ${channels}. filters [${height},${width},${channels},${filters}] (kh,kw,c,k).`,
    );
  }
  const largest = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0) || 1;
  const pixels = height * width * channels;
  const images = new Uint8Array(filters * pixels);
  for (let filter = 0; filter < filters; filter++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const weight = weights[pixel * filters + filter]!;
      images[filter * pixels + pixel] = Math.round(127.5 + (127.5 * weight) / largest);
    }
  }
  return { images, count: filters, height, width, channels };
}
