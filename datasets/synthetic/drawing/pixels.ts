/** @file What a camera does to a drawn image: blur and noise. Pixels are [h, w, c], square, 0 to 255, not yet clipped. */

import { pcg4d } from "../../../engine/random.ts";

/** Where the noise of an image comes from: it is hashed per pixel. */
export interface NoiseSource {
  readonly seed: number;
  readonly stream: number;
  readonly image: number;
}

/** Standard deviation of noise on all channels together, and on each alone. */
export interface Noise {
  readonly grey: number;
  readonly colour: number;
}

/** One pass of the kernel [weight, 1 - 2 weight, weight] along rows and columns; borders repeat. */
export function smooth(pixels: Float32Array, size: number, channels: number, weight: number): void {
  const rowStride = size * channels;
  for (let line = 0; line < size; line++) {
    for (let channel = 0; channel < channels; channel++) {
      smoothLine(pixels, line * rowStride + channel, channels, size, weight);
    }
  }
  for (let start = 0; start < rowStride; start++) smoothLine(pixels, start, rowStride, size, weight);
}

function smoothLine(pixels: Float32Array, start: number, stride: number, size: number, weight: number): void {
  const end = start + (size - 1) * stride;
  let before = pixels[start]!;
  for (let at = start; at <= end; at += stride) {
    const here = pixels[at]!;
    const after = at < end ? pixels[at + stride]! : here;
    pixels[at] = here + weight * (before + after - 2 * here);
    before = here;
  }
}

/** Adds noise to 1 to 3 channels; storing rounds and clips to bytes. */
export function addNoise(
  pixels: Float32Array,
  channels: number,
  noise: Noise,
  source: NoiseSource,
  target: Uint8ClampedArray,
): void {
  const { seed, stream, image } = source;
  for (let pixel = 0; pixel * channels < pixels.length; pixel++) {
    const bits = pcg4d(seed, stream, image, firstNoiseCount + pixel);
    const grey = noise.grey * bell(bits[3]);
    const at = pixel * channels;
    for (let channel = 0; channel < channels; channel++) {
      target[at + channel] = pixels[at + channel]! + grey + noise.colour * bell(bits[channel]!);
    }
  }
}

/** An image's other draws count from 0 and end far below. */
const firstNoiseCount = 1 << 16;

/** Nearly a standard normal number: the sum of the four bytes, less its mean 510, over its standard deviation. */
function bell(bits: number): number {
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / 147.8;
}
