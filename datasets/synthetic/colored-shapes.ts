/**
 * @file Synthetic coloured shapes: a stand-in for CIFAR on a machine without network, of the same shape: one object, its
 * class given by outline and texture, in any colour, anywhere near the middle of a 32x32 RGB image, over a background.
 */

import { checkOption } from "../../engine/options.ts";
import { drawRotation, jitter, type Rotation, rotate } from "./drawing/affine.ts";
import type { Draws } from "./drawing/draws.ts";
import { type Drawing, drawImageSet } from "./drawing/image-set.ts";
import { flattenPath, type Point } from "./drawing/paths.ts";
import { addNoise, smooth } from "./drawing/pixels.ts";
import { fillLines } from "./drawing/raster.ts";
import { outlines } from "./shapes/outlines.ts";
import { type Texture, textures } from "./shapes/textures.ts";
import type { StandIn } from "./stand-in.ts";

/** How many outlines there are for so many classes; the textures are the other factor. */
const outlinesFor = { 10: 5, 20: 5, 25: 5, 100: 10 } as const;

const size = 32;
const channels = 3;

type Colour = readonly [red: number, green: number, blue: number];

interface Scene {
  readonly texture: Texture;
  /** of the texture against the image */
  readonly turn: Rotation;
  readonly centre: Point;
  readonly paints: readonly [Colour, Colour];
  readonly grounds: readonly [Colour, Colour];
  /** direction in which the background changes from one colour to the other, per pixel */
  readonly drift: Point;
}

/** A stand-in with so many classes, each an outline with a texture: "striped star". */
export function coloredShapes(classCount: keyof typeof outlinesFor): StandIn {
  const known = Object.keys(outlinesFor);
  const sound = () => known.includes(String(classCount));
  checkOption("coloredShapes", "classCount", classCount, sound, `one of ${known.join(", ")}`);
  const outlineCount = outlinesFor[classCount];
  const drawing: Drawing = {
    name: "coloredShapes",
    streams: { train: 0x7368 + classCount, test: 0x7468 + classCount },
    size,
    channels,
    draw: (draws, source, target) => {
      const label = draws.below(classCount);
      const pixels = paint(draws, label % outlineCount, Math.floor(label / outlineCount));
      const noise = { grey: draws.uniform(0, 9), colour: draws.uniform(0, 5) };
      addNoise(pixels, channels, noise, source, target);
      return label;
    },
  };
  return {
    what: `colored shapes in ${classCount} classes`,
    classes: Array.from(
      { length: classCount },
      (_, label) =>
        `${textures[Math.floor(label / outlineCount)]!.name} ${outlines[label % outlineCount]!.name}`,
    ),
    counts: classCount === 100 ? { train: 20000, test: 4000 } : { train: 10000, test: 2000 },
    draw: (part, count, seed) => drawImageSet(drawing, part, count, seed),
  };
}

function paint(draws: Draws, outline: number, texture: number): Float32Array {
  const scene = drawScene(draws, texture);
  const coverage = drawOutline(draws, outlines[outline]!.path, scene.centre);
  const pixels = new Float32Array(size * size * channels);
  coverage.forEach((inside, pixel) => {
    const point: Point = [
      (pixel % size) + 0.5 - scene.centre[0],
      Math.floor(pixel / size) + 0.5 - scene.centre[1],
    ];
    const ground = 0.5 + scene.drift[0] * point[0] + scene.drift[1] * point[1];
    const second = inside > 0 ? scene.texture(rotate(scene.turn, point)) : 0;
    for (let channel = 0; channel < channels; channel++) {
      const behind = between(scene.grounds, channel, Math.min(1, Math.max(0, ground)));
      const front = between(scene.paints, channel, second);
      pixels[pixel * channels + channel] = behind + Math.min(1, inside) * (front - behind);
    }
  });
  const weight = draws.uniform(0, 0.16);
  smooth(pixels, size, channels, weight);
  return pixels;
}

function between([from, to]: readonly [Colour, Colour], channel: number, share: number): number {
  return from[channel]! + share * (to[channel]! - from[channel]!);
}

/** The outline turned, slanted, stretched and moved: coverage of each pixel. */
function drawOutline(draws: Draws, path: string, centre: Point): Float32Array {
  const unsteady = jitter(draws, 3);
  const rotation = drawRotation(draws, 0.25);
  const scale = draws.uniform(0.2, 0.3);
  const aspect = draws.uniform(0.8, 1.2);
  const lines = flattenPath(path, (point) => {
    const [x, y] = unsteady(point);
    const [u, v] = rotate(rotation, [scale * aspect * x, scale * y]);
    return [centre[0] + u, centre[1] + v];
  });
  return fillLines(lines, size);
}

function drawScene(draws: Draws, texture: number): Scene {
  const ground = drawColour(draws, undefined, 0);
  const paint = drawColour(draws, ground, 90);
  return {
    texture: textures[texture]!.draw(draws),
    turn: drawRotation(draws, 1),
    centre: [size / 2 + draws.around(5), size / 2 + draws.around(5)],
    paints: [paint, drawColour(draws, paint, 110)],
    grounds: [ground, drawColour(draws, paint, 90)],
    drift: [draws.around(0.05), draws.around(0.05)],
  };
}

/** Any colour whose channels differ from those of another by at least `contrast` in sum. */
function drawColour(draws: Draws, other: Colour | undefined, contrast: number): Colour {
  for (;;) {
    const colour: Colour = [draws.uniform(15, 240), draws.uniform(15, 240), draws.uniform(15, 240)];
    const difference = other?.reduce((sum, value, i) => sum + Math.abs(value - colour[i]!), 0) ?? contrast;
    if (difference >= contrast) return colour;
  }
}
