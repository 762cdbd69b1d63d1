/** @file Paints a scene of the synthetic street digits into 32x32 bytes. */

import { addNoise, type NoiseSource, smooth } from "../drawing/pixels.ts";
import { distanceAt } from "./glyphs.ts";
import { blotchPoints, type Colour, type Scene } from "./scene.ts";

export const imageSize = 32;
const channels = 3;

/** Bytes of one image, [h, w, c]. */
const imageBytes = imageSize * imageSize * channels;

/** Paints `scene` into `target`, 3072 bytes [h, w, c]. */
export function renderScene(scene: Scene, noise: NoiseSource, target: Uint8ClampedArray): void {
  const pixels = new Float32Array(imageBytes);
  paint(scene, pixels);
  for (let pass = 0; pass < scene.blur.passes; pass++) smooth(pixels, imageSize, channels, scene.blur.weight);
  addNoise(pixels, channels, scene.noise, noise, target);
}

function paint(scene: Scene, pixels: Float32Array): void {
  const half = imageSize / 2;
  const { shadow, outline, penRadius } = scene;
  const perPixel = scene.camera.unitsPerPixel;
  for (let row = 0; row < imageSize; row++) {
    for (let column = 0; column < imageSize; column++) {
      const at = (row * imageSize + column) * channels;
      const x = column + 0.5 - half;
      const y = row + 0.5 - half;
      put(pixels, at, scene.ground, 1);
      paintEdges(scene, x, y, pixels, at);
      if (shadow) {
        const distance = distanceToPaint(scene, x - shadow.x, y - shadow.y);
        put(pixels, at, shadow.colour, shadow.opacity * coverage(penRadius, distance, perPixel));
      }
      const distance = distanceToPaint(scene, x, y);
      if (outline) put(pixels, at, outline.colour, coverage(penRadius + outline.width, distance, perPixel));
      put(pixels, at, scene.paint, coverage(penRadius, distance, perPixel));
      brighten(scene, x, y, pixels, at);
    }
  }
}

/** How much of a pixel lies within `radius`: a ramp one pixel wide. */
function coverage(radius: number, distance: number, unitsPerPixel: number): number {
  return Math.min(1, Math.max(0, 0.5 + (radius - distance) / unitsPerPixel));
}

/** Distance in font units from a pixel to the nearest centre line of any digit. */
function distanceToPaint({ digits, camera }: Scene, px: number, py: number): number {
  const { shift, rotation, unitsPerPixel, aspect, slant, perspective } = camera;
  const dx = px - shift[0];
  const dy = py - shift[1];
  const scale = unitsPerPixel / (1 + perspective[0] * dx + perspective[1] * dy);
  const y = (rotation.cos * dy - rotation.sin * dx) * scale;
  const x = ((rotation.cos * dx + rotation.sin * dy) * scale) / aspect + slant * y;
  let nearest = 1000;
  for (const digit of digits)
    nearest = Math.min(nearest, distanceAt(digit.glyph, x - digit.x, y + 50 - digit.y));
  return nearest;
}

function paintEdges({ edges, camera }: Scene, x: number, y: number, pixels: Float32Array, at: number): void {
  const { cos, sin } = camera.rotation;
  for (const { normal, distance, colour } of edges) {
    const along = normal[0] * (cos * x + sin * y) + normal[1] * (cos * y - sin * x);
    put(pixels, at, colour, Math.min(1, Math.max(0, 0.5 + along - distance)));
  }
}

/** Light that falls unevenly: a slope and blotches. */
function brighten({ slope, blotches }: Scene, x: number, y: number, pixels: Float32Array, at: number): void {
  const cells = blotchPoints - 1;
  const u = ((x + imageSize / 2) / imageSize) * cells;
  const v = ((y + imageSize / 2) / imageSize) * cells;
  const i = Math.floor(u);
  const j = Math.floor(v);
  const corner = j * blotchPoints + i;
  const below = corner + blotchPoints;
  const upper = blotches[corner]! + (u - i) * (blotches[corner + 1]! - blotches[corner]!);
  const lower = blotches[below]! + (u - i) * (blotches[below + 1]! - blotches[below]!);
  const light = slope[0] * x + slope[1] * y + upper + (v - j) * (lower - upper);
  for (let channel = 0; channel < channels; channel++) pixels[at + channel]! += light;
}

/** Lays a colour over a pixel. */
function put(pixels: Float32Array, at: number, colour: Colour, opacity: number): void {
  if (opacity === 0) return;
  for (let channel = 0; channel < channels; channel++) {
    const under = pixels[at + channel]!;
    pixels[at + channel] = under + opacity * (colour[channel]! - under);
  }
}
