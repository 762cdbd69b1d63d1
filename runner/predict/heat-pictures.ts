/** @file Maps of numbers as pictures: saliency as brightness, Grad-CAM as colour over the photograph. */
import { color } from "../../report/palette.ts";
import type { ReportImages } from "../../report/run-report.ts";

type Rgb = readonly [number, number, number];

/** From none to much, ever brighter: also apart in grey. */
const ramp: readonly Rgb[] = [[16, 18, 23], rgb(color("validation")), [255, 236, 200]];
const heat = rgb(color("validation"));

/** How much of the photograph's colour is covered where a map is largest. */
const cover = 0.8;

/** Brightness up to the map's 99th percentile: single pixels far above the others would leave all else dark. */
export function brightness(map: Float32Array, height: number, width: number): ReportImages {
  const most = Float32Array.from(map).sort()[Math.ceil(0.99 * map.length) - 1]!;
  const images = new Uint8Array(3 * map.length);
  for (const [i, value] of map.entries()) images.set(onRamp(share(value, most)), 3 * i);
  return { images, count: 1, height, width, channels: 3 };
}

/** The photograph in grey, and colour where the map is large; no colour for a map of zeros. */
export function overlay(photograph: ReportImages, map: Float32Array): ReportImages {
  const { images: bytes, channels } = photograph;
  const most = map.reduce((a, b) => Math.max(a, b), 0);
  const images = new Uint8Array(3 * map.length);
  for (const [i, value] of map.entries()) {
    const pixel = bytes.subarray(channels * i, channels * (i + 1));
    const grey = channels === 1 ? pixel[0]! : 0.299 * pixel[0]! + 0.587 * pixel[1]! + 0.114 * pixel[2]!;
    const covered = cover * share(value, most);
    for (const [c, hot] of heat.entries()) {
      // light places stay light and dark ones dark under the colour
      const tinted = hot * (0.55 + (0.9 * grey) / 255);
      images[3 * i + c] = Math.round(Math.min(255, grey * (1 - covered) + tinted * covered));
    }
  }
  return { ...photograph, images, channels: 3 };
}

function share(value: number, most: number): number {
  return most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
}

function onRamp(position: number): Rgb {
  const at = position * (ramp.length - 1);
  const first = Math.min(Math.floor(at), ramp.length - 2);
  const mixed = ramp[first]!.map((from, c) =>
    Math.round(from + (at - first) * (ramp[first + 1]![c]! - from)),
  );
  return mixed as unknown as Rgb;
}

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}
