/**
 * @file Synthetic handwriting: a stand-in for MNIST on a machine without network, of the same shape: digits written with
 * a round pen, white on black, 28x28 pixels, fitted to a box of about 20 pixels.
 */

import { drawRotation, fitLines, jitter, rotate } from "./drawing/affine.ts";
import type { Draws } from "./drawing/draws.ts";
import { type Drawing, drawImageSet } from "./drawing/image-set.ts";
import { flattenPath, type Warp } from "./drawing/paths.ts";
import { smooth } from "./drawing/pixels.ts";
import { strokeLines } from "./drawing/raster.ts";
import type { StandIn } from "./stand-in.ts";

/** Ways to write each digit: path data of the pen's way, y down, 100 high and about 60 wide. */
const ways: readonly (readonly string[])[] = [
  [
    "M34 2 C12 4 2 30 4 58 C6 86 18 99 32 98 C52 96 62 68 60 42 C58 16 48 0 34 2 Z",
    "M42 8 C20 -4 2 26 3 56 C4 86 16 100 32 99 C52 98 62 70 60 42 C58 18 44 2 26 10",
    "M30 0 C10 0 10 100 30 100 C50 100 50 0 30 0 Z",
  ],
  ["M30 0 L30 100", "M10 24 L34 2 L30 100", "M12 22 L32 2 L30 98 M8 99 L54 97"],
  [
    "M6 24 C10 6 24 0 36 0 C52 0 58 12 54 28 C48 52 20 70 4 92 C0 100 12 94 20 94 C34 94 42 104 60 92",
    "M4 22 C8 6 20 0 32 0 C48 0 58 12 54 30 C50 50 24 74 4 98 L60 98",
    "M6 12 C24 -6 54 -2 52 24 C50 50 24 88 12 96 C-4 104 -4 82 14 84 C30 86 40 102 60 96",
  ],
  [
    "M8 10 C20 -2 48 -2 50 18 C52 36 34 44 22 46 C44 46 58 56 54 76 C50 98 18 104 2 88",
    "M6 4 L52 4 L26 40 C46 40 60 52 56 74 C52 98 20 104 2 88",
    "M10 8 C30 -6 54 6 46 26 C42 36 34 42 24 44 C34 46 56 46 56 70 C56 96 26 108 4 90",
  ],
  [
    "M14 4 C12 22 8 40 4 56 L58 56 M46 10 L40 100",
    "M46 100 L46 2 L2 66 L62 64",
    "M6 8 L10 50 L54 48 M54 4 L48 100",
  ],
  [
    "M56 2 L18 2 L12 42 C30 32 56 40 56 66 C56 94 22 106 2 88",
    "M14 4 L10 44 C28 34 54 44 54 68 C54 94 24 104 2 90 M14 4 L56 0",
    "M52 6 C40 6 30 6 20 4 C18 16 14 30 8 44 C30 34 50 48 48 70 C46 92 24 102 4 94",
  ],
  [
    "M46 2 C22 12 2 40 2 68 C2 92 16 100 30 99 C46 98 56 86 54 70 C52 54 30 46 6 70",
    "M40 0 C30 24 4 44 4 74 C4 94 18 100 30 100 C44 100 54 88 52 74 C50 58 30 54 12 70",
    "M20 0 C8 30 0 60 6 84 C12 104 48 104 50 82 C52 62 20 56 8 80",
  ],
  [
    "M4 4 L58 4 C46 30 32 64 24 100",
    "M4 8 C20 2 40 8 58 2 C46 34 34 66 26 100 M14 52 L50 50",
    "M6 18 L8 4 L58 4 L22 100",
  ],
  [
    "M52 16 C44 -4 8 -4 8 20 C8 44 54 50 54 76 C54 104 4 104 6 78 C8 54 50 44 52 16 Z",
    "M30 0 C46 0 52 12 52 24 C52 38 42 46 30 46 C18 46 8 38 8 24 C8 12 14 0 30 0 Z M30 46 C46 46 56 58 56 72 C56 88 46 100 30 100 C14 100 4 88 4 72 C4 58 14 46 30 46 Z",
    "M50 8 C34 -4 4 4 12 24 C20 44 50 52 50 76 C50 100 8 104 8 80 C8 60 40 40 50 8",
  ],
  [
    "M54 20 C44 -4 6 -2 4 26 C2 52 36 56 52 26 L54 20 C54 50 48 76 40 100",
    "M52 26 C50 6 36 0 24 2 C8 4 2 20 6 36 C10 54 36 56 52 28 L50 100",
    "M50 24 C46 2 10 -4 6 24 C4 52 44 52 50 24 C60 60 48 104 10 94",
  ],
];

const size = 28;

const drawing: Drawing = {
  name: "syntheticHandwriting",
  streams: { train: 0x6861, test: 0x6862 },
  size,
  channels: 1,
  draw: (draws, _, target) => {
    const digit = draws.below(10);
    target.set(write(draws, digit));
    return digit;
  },
};

/** [28, 28], 0 to 255 */
function write(draws: Draws, digit: number): Float32Array {
  const choice = ways[digit]!;
  const way = choice[draws.below(choice.length)]!;
  const lines = fitLines(
    flattenPath(way, hand(draws)),
    [size / 2 + draws.around(2.7), size / 2 + draws.around(2.7)],
    draws.uniform(15.5, 21),
  );
  const radius = draws.uniform(0.6, 1.7);
  const pressure = draws.around(0.35); // heavier at one end than at the other
  const ink = strokeLines(lines, size, (i) => radius * (1 + pressure * ((2 * i) / lines.length - 1)));
  const brightness = draws.uniform(200, 270);
  const pixels = ink.map((coverage) => brightness * coverage);
  const weight = draws.uniform(0.02, 0.1);
  smooth(pixels, size, 1, weight);
  return pixels;
}

/** A writer's hand: unsteady, slanted, turned, narrow or wide. */
function hand(draws: Draws): Warp {
  const unsteady = jitter(draws, draws.uniform(2, 9));
  const rotation = drawRotation(draws, 0.2);
  const slant = draws.around(0.6);
  const aspect = draws.uniform(0.65, 1.25);
  return (point) => {
    const [x, y] = unsteady(point);
    return rotate(rotation, [aspect * (x - slant * (y - 50)), y]);
  };
}

/** Labels 0 to 9, every digit equally likely. */
export const handwrittenDigits: StandIn = {
  what: "handwritten digits",
  counts: { train: 10000, test: 2000 },
  draw: (part, count, seed) => drawImageSet(drawing, part, count, seed),
};
