/**
 * @file Synthetic clothes: a stand-in for Fashion-MNIST on a machine without network, of the same shape and classes:
 * grey silhouettes on black, 28x28 pixels.
 */

import { drawRotation, jitter, rotate } from "./drawing/affine.ts";
import type { Draws } from "./drawing/draws.ts";
import { type Drawing, drawImageSet } from "./drawing/image-set.ts";
import { flattenPath, type Warp } from "./drawing/paths.ts";
import { smooth } from "./drawing/pixels.ts";
import { fillLines, strokeLines } from "./drawing/raster.ts";
import type { StandIn } from "./stand-in.ts";

/** Path data, y down, in a box of 100 x 100. */
interface Garment {
  /** cuts, of which one is chosen */
  readonly outlines: readonly string[];
  /** seams, straps, handles */
  readonly strokes?: string;
  /** whether the strokes are as bright as the cloth, not a shade of it */
  readonly bright?: boolean;
}

/** In the order of Fashion-MNIST's labels. */
const garments: readonly Garment[] = [
  {
    outlines: [
      "M36 14 C42 20 58 20 64 14 L92 28 L84 46 L72 40 L72 90 L28 90 L28 40 L16 46 L8 28 Z",
      "M34 10 C40 26 60 26 66 10 L84 18 L80 36 L70 34 L72 92 L28 92 L30 34 L20 36 L16 18 Z",
    ],
  },
  {
    outlines: [
      "M34 6 L66 6 L72 96 L54 96 L50 36 L46 96 L28 96 Z",
      "M30 8 L70 8 L78 94 L60 94 L50 44 L40 94 L22 94 Z",
    ],
    strokes: "M34 12 L66 12",
  },
  {
    outlines: [
      "M38 12 C44 17 56 17 62 12 L78 20 L92 78 L80 82 L71 44 L71 88 L29 88 L29 44 L20 82 L8 78 L22 20 Z",
      "M40 8 L60 8 L80 18 L90 88 L79 90 L72 46 L72 86 L28 86 L28 46 L21 90 L10 88 L20 18 Z",
    ],
  },
  {
    outlines: [
      "M42 6 C46 12 54 12 58 6 L66 12 L62 42 L76 96 L24 96 L38 42 L34 12 Z",
      "M40 4 C44 22 56 22 60 4 L66 8 L64 40 L70 96 L30 96 L36 40 L34 8 Z",
      "M40 6 L60 6 L80 40 L72 44 L62 30 L70 96 L30 96 L38 30 L28 44 L20 40 Z",
    ],
  },
  {
    outlines: [
      "M38 6 L50 16 L62 6 L78 14 L90 74 L79 77 L72 40 L74 96 L26 96 L28 40 L21 77 L10 74 L22 14 Z",
      "M36 4 L64 4 L80 14 L88 86 L77 87 L73 42 L76 97 L24 97 L27 42 L23 87 L12 86 L20 14 Z",
    ],
    strokes: "M50 16 L50 96",
  },
  {
    outlines: [
      "M6 72 C20 64 60 76 94 68 L94 78 C60 86 20 82 6 80 Z",
      "M4 78 C30 74 50 70 92 46 L96 76 L90 76 L86 60 C60 76 40 84 4 84 Z",
    ],
    strokes: "M18 74 C26 48 42 50 50 72 M58 70 C64 36 84 36 90 66",
    bright: true,
  },
  {
    outlines: [
      "M38 10 L50 22 L62 10 L80 18 L92 54 L80 60 L71 40 L71 92 L29 92 L29 40 L20 60 L8 54 L20 18 Z",
      "M38 10 L50 22 L62 10 L80 20 L90 80 L79 82 L71 44 L71 90 L29 90 L29 44 L21 82 L10 80 L20 20 Z",
    ],
    strokes: "M50 24 L50 34 M50 42 L50 52 M50 60 L50 70 M50 78 L50 88 M38 12 L46 28 M62 12 L54 28",
  },
  {
    outlines: [
      "M6 60 C14 58 24 50 34 40 L44 46 C54 52 60 44 66 40 L88 42 C92 54 94 64 94 74 L6 74 C4 68 4 62 6 60 Z",
      "M4 64 C18 60 28 56 40 44 C50 50 66 48 74 38 L92 46 L94 76 L4 76 Z",
    ],
    strokes: "M6 70 L94 70 M32 46 L40 56 M42 48 L50 56",
  },
  {
    outlines: [
      "M12 42 L88 42 L92 90 L8 90 Z",
      "M8 48 C30 38 70 38 92 48 L86 88 C60 92 40 92 14 88 Z",
      "M22 36 L78 36 L82 94 L18 94 Z",
    ],
    strokes: "M30 44 C32 8 68 8 70 44",
    bright: true,
  },
  {
    outlines: [
      "M6 72 C14 60 34 60 44 52 C48 40 46 24 46 12 L82 12 C82 30 84 40 88 52 L88 84 L74 84 L70 78 L6 84 Z",
      "M4 74 C20 62 36 58 42 44 L40 20 L78 16 L86 50 L90 82 L4 84 Z",
    ],
    strokes: "M44 54 C58 58 70 54 84 46",
  },
];

const size = 28;
const boxSize = 100;

const drawing: Drawing = {
  name: "syntheticClothes",
  streams: { train: 0x636c, test: 0x636d },
  size,
  channels: 1,
  draw: (draws, _, target) => {
    const label = draws.below(garments.length);
    target.set(photograph(draws, garments[label]!));
    return label;
  },
};

/** [28, 28], 0 to 255 */
function photograph(draws: Draws, { outlines, strokes = "", bright = false }: Garment): Float32Array {
  const place = placing(draws);
  const outline = flattenPath(outlines[draws.below(outlines.length)]!, place);
  const lines = flattenPath(strokes, place);
  const radius = draws.uniform(0.3, 0.8);
  const coverage = fillLines(outline, size);
  const seams = strokeLines(lines, size, () => radius);
  const cloth = drawCloth(draws);
  const seamShade = bright ? 1 : draws.chance(0.5) ? draws.uniform(0.2, 0.7) : draws.uniform(1.3, 1.8);
  const pixels = new Float32Array(size * size);
  for (let at = 0; at < pixels.length; at++) {
    const shade = cloth(at % size, Math.floor(at / size)) * (1 + draws.around(0.12));
    const covered = bright ? Math.max(coverage[at]!, seams[at]!) : coverage[at]!;
    pixels[at] = covered * shade * (1 + seams[at]! * (seamShade - 1));
  }
  smooth(pixels, size, 1, draws.uniform(0, 0.12));
  return pixels;
}

/** From the box of the path data to pixels. */
function placing(draws: Draws): Warp {
  const unsteady = jitter(draws, 3);
  const rotation = drawRotation(draws, 0.1);
  const mirror = draws.chance(0.5) ? -1 : 1;
  const width = (draws.uniform(0.62, 1) * size) / boxSize;
  const height = (draws.uniform(0.66, 1) * size) / boxSize;
  const centre = [size / 2 + draws.around(2.7), size / 2 + draws.around(2.7)] as const;
  return (point) => {
    const [x, y] = unsteady(point);
    const [u, v] = rotate(rotation, [mirror * width * (x - boxSize / 2), height * (y - boxSize / 2)]);
    return [centre[0] + u, centre[1] + v];
  };
}

/** Brightness by pixel: plain, shaded from one side, striped or with a print. */
function drawCloth(draws: Draws): (column: number, row: number) => number {
  const base = draws.uniform(60, 235);
  const slope = [draws.around(0.025), draws.around(0.025)] as const;
  const contrast = draws.chance(0.45) ? draws.uniform(-0.6, 0.6) : 0;
  const period = draws.uniform(3, 9);
  const phase = draws.uniform(0, period);
  const upright = draws.chance(0.4);
  return (column, row) => {
    const light = 1 + slope[0] * (column - size / 2) + slope[1] * (row - size / 2);
    const across = ((upright ? column : row) + phase) / period;
    return base * light * (across % 1 < 0.5 ? 1 : 1 + contrast);
  };
}

/** Fashion-MNIST's ten classes, equally likely. */
export const clothes: StandIn = {
  what: "clothes",
  counts: { train: 10000, test: 2000 },
  draw: (part, count, seed) => drawImageSet(drawing, part, count, seed),
};
