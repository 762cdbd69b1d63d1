/** @file Synthetic birds: a stand-in for CUB-200 on a machine without network. Kinds differ in plumage, beak, crest and tail. */

import { drawRotation, jitter, rotate } from "./drawing/affine.ts";
import type { Draws } from "./drawing/draws.ts";
import { type Drawing, drawImageSet } from "./drawing/image-set.ts";
import { flattenPath, type Point } from "./drawing/paths.ts";
import { addNoise } from "./drawing/pixels.ts";
import { fillLines } from "./drawing/raster.ts";
import type { StandIn } from "./stand-in.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** What tells one kind from another. */
interface Kind {
  readonly name: string;
  readonly body: Colour;
  readonly head: Colour;
  readonly wing: Colour;
  readonly beak: keyof typeof beaks;
  readonly crested: boolean;
  readonly longTail: boolean;
}

const black: Colour = [35, 32, 38];
const white: Colour = [232, 230, 222];
const grey: Colour = [128, 130, 138];
const brown: Colour = [122, 82, 48];
const red: Colour = [190, 42, 40];
const yellow: Colour = [226, 190, 50];
const blue: Colour = [50, 88, 178];
const green: Colour = [64, 128, 62];

const kinds: readonly Kind[] = [
  kind("black bird", black, black, black, "short"),
  kind("white bird with black wings", white, white, black, "long"),
  kind("black bird with red wings", black, black, red, "short", { longTail: true }),
  kind("crested red bird", red, red, brown, "thick", { crested: true, longTail: true }),
  kind("yellow bird with black head", yellow, black, brown, "short"),
  kind("crested blue bird", blue, blue, grey, "short", { crested: true }),
  kind("grey bird with white head", grey, white, grey, "long", { longTail: true }),
  kind("brown bird with red head", brown, red, brown, "thick"),
  kind("green bird with yellow head", green, yellow, green, "thick", { longTail: true }),
  kind("crested grey bird", grey, black, grey, "long", { crested: true }),
];

function kind(
  name: string,
  body: Colour,
  head: Colour,
  wing: Colour,
  beak: Kind["beak"],
  { crested = false, longTail = false }: { readonly crested?: boolean; readonly longTail?: boolean } = {},
): Kind {
  return { name, body, head, wing, beak, crested, longTail };
}

/** Contours within a circle of radius 50 around 0, y down; the bird looks to the left. */
const beaks = {
  short: "M-32 -20 L-42 -16 L-32 -12 Z",
  long: "M-31 -20 L-50 -12 L-31 -13 Z",
  thick: "M-31 -26 L-44 -15 L-31 -9 Z",
} as const;
const body = "M-22 -8 C-14 -22 16 -14 30 12 C22 30 -4 34 -18 20 C-26 10 -26 0 -22 -8 Z";
const head =
  "M-20 -32 C-12 -32 -6 -25 -6 -17 C-6 -8 -12 -2 -20 -2 C-28 -2 -34 -8 -34 -17 C-34 -25 -28 -32 -20 -32 Z";
const wing = "M-8 -4 C6 -10 24 0 34 18 C18 24 -2 20 -8 -4 Z";
const eye = "M-23 -22 L-20 -20 L-22 -17 L-25 -19 Z";
const crest = "M-26 -28 L-14 -48 L-10 -26 Z";
const tails = {
  short: "M24 8 L44 16 L40 24 L22 20 Z",
  long: "M24 6 L50 26 L44 34 L20 20 Z",
} as const;
const legs = "M-4 26 L-3 40 L-1 40 L-1 26 Z M8 26 L9 40 L11 40 L11 26 Z";

const channels = 3;
const orange: Colour = [216, 128, 40];

/** Drawn birds in 10 kinds, [size, size, 3]. */
export function birds(size: number): StandIn {
  const drawing: Drawing = {
    name: "birds",
    streams: { train: 0x6264, test: 0x6265 },
    size,
    channels,
    draw: (draws, source, target) => {
      const label = draws.below(kinds.length);
      const pixels = paintGround(draws, size);
      paintBird(pixels, draws, kinds[label]!, size);
      const noise = { grey: draws.uniform(0, 9), colour: draws.uniform(0, 5) };
      addNoise(pixels, channels, noise, source, target);
      return label;
    },
  };
  return {
    what: `drawn birds in ${kinds.length} kinds`,
    classes: kinds.map(({ name }) => name),
    counts: { train: 300, test: 150 },
    draw: (part, count, seed) => drawImageSet(drawing, part, count, seed),
  };
}

/** Sky or leaves: one colour that changes into another along some direction, and a few spots out of focus. */
function paintGround(draws: Draws, size: number): Float32Array {
  const pixels = new Float32Array(size * size * channels);
  const colour = (): Colour => [draws.uniform(70, 200), draws.uniform(90, 210), draws.uniform(70, 220)];
  const [from, to] = [colour(), colour()];
  const drift = [draws.around(1), draws.around(1)] as const;
  for (let pixel = 0; pixel < size * size; pixel++) {
    const along =
      drift[0] * ((pixel % size) / size - 0.5) + drift[1] * (Math.floor(pixel / size) / size - 0.5);
    const share = Math.min(1, Math.max(0, 0.5 + along));
    for (let c = 0; c < channels; c++) pixels[pixel * channels + c] = from[c]! + share * (to[c]! - from[c]!);
  }
  for (let spot = 0; spot < 4; spot++) {
    const centre: Point = [draws.uniform(0, size), draws.uniform(0, size)];
    const scale = (size * draws.uniform(0.1, 0.4)) / 100;
    const lines = flattenPath(head, ([x, y]) => [centre[0] + scale * 2 * x, centre[1] + scale * 2 * y]);
    paint(pixels, fillLines(lines, size), colour(), 0.4);
  }
  return pixels;
}

/** From back to front. Each bird is turned, stretched and moved, looks left or right, and its colours vary a little. */
function paintBird(pixels: Float32Array, draws: Draws, kind: Kind, size: number): void {
  const unsteady = jitter(draws, 1.5);
  const rotation = drawRotation(draws, 0.2);
  const scale = (size / 100) * draws.uniform(0.6, 0.95);
  const aspect = draws.uniform(0.85, 1.15) * (draws.chance(0.5) ? -1 : 1);
  const centre: Point = [size / 2 + draws.around(size / 8), size / 2 + draws.around(size / 8)];
  const light = draws.uniform(0.75, 1.2);
  const part = (path: string, colour: Colour) => {
    const lines = flattenPath(path, (point) => {
      const [x, y] = unsteady(point);
      const [u, v] = rotate(rotation, [scale * aspect * x, scale * y]);
      return [centre[0] + u, centre[1] + v];
    });
    const varied = colour.map((value) => light * (value + draws.around(14)));
    paint(pixels, fillLines(lines, size), varied, 1);
  };
  part(kind.longTail ? tails.long : tails.short, kind.wing);
  part(legs, orange);
  part(body, kind.body);
  part(beaks[kind.beak], orange);
  if (kind.crested) part(crest, kind.head);
  part(head, kind.head);
  part(wing, kind.wing);
  part(eye, kind.head === black ? white : black);
}

function paint(
  pixels: Float32Array,
  coverage: Float32Array,
  colour: readonly number[],
  opacity: number,
): void {
  for (const [pixel, covered] of coverage.entries()) {
    if (covered === 0) continue;
    const share = opacity * Math.min(1, covered);
    for (let c = 0; c < channels; c++) {
      const at = pixel * channels + c;
      pixels[at]! += share * (colour[c]! - pixels[at]!);
    }
  }
}
