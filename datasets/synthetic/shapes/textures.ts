/** @file Textures of the coloured shapes: how much of a second colour there is at a point. */

import { pcg4d } from "../../../engine/random.ts";
import type { Draws } from "../drawing/draws.ts";
import type { Point } from "../drawing/paths.ts";

/** Share of the second colour, 0 to 1, at a point in pixels, turned with the texture, from the shape's centre. */
export type Texture = (point: Point) => number;

export interface TextureKind {
  readonly name: string;
  readonly draw: (draws: Draws) => Texture;
}

/** 1 in the middle of each period, 0 between, with an edge about a pixel wide; `duty` is the share of the ones. */
function wave(position: number, period: number, duty: number): number {
  const phase = position / period;
  const fromMiddle = Math.abs(phase - Math.floor(phase) - 0.5) * period;
  return Math.min(1, Math.max(0, 0.5 + (duty * period) / 2 - fromMiddle));
}

/** The first five differ most from each other. */
export const textures: readonly TextureKind[] = [
  { name: "plain", draw: () => () => 0 },
  {
    name: "striped",
    draw: (draws) => {
      const [period, phase] = [draws.uniform(4.5, 6.5), draws.uniform(0, 6)];
      return ([x]) => wave(x + phase, period, 0.5);
    },
  },
  {
    name: "dotted",
    draw: (draws) => {
      const period = draws.uniform(5.5, 7);
      const [dx, dy] = [draws.uniform(0, 7), draws.uniform(0, 7)];
      return ([x, y]) => {
        const ex = centred((x + dx) / period) * period;
        const ey = centred((y + dy) / period) * period;
        return Math.min(1, Math.max(0, 0.5 + 1.7 - Math.sqrt(ex * ex + ey * ey)));
      };
    },
  },
  {
    name: "halved",
    draw: (draws) => {
      const middle = draws.around(3);
      return ([x]) => Math.min(1, Math.max(0, 0.5 + x - middle));
    },
  },
  {
    name: "speckled",
    draw: (draws) => {
      const key = draws.below(2 ** 31);
      return ([x, y]) => (pcg4d(key, Math.floor(x / 1.6), Math.floor(y / 1.6), 0)[0] < 2 ** 31 ? 0 : 1);
    },
  },
  {
    name: "checked",
    draw: (draws) => {
      const [period, dx, dy] = [draws.uniform(7, 10), draws.uniform(0, 9), draws.uniform(0, 9)];
      return ([x, y]) => {
        const [a, b] = [wave(x + dx, period, 0.5), wave(y + dy, period, 0.5)];
        return a + b - 2 * a * b;
      };
    },
  },
  {
    name: "ringed",
    draw: (draws) => {
      const [period, phase] = [draws.uniform(4.5, 6), draws.uniform(0, 5)];
      return ([x, y]) => wave(Math.sqrt(x * x + y * y) + phase, period, 0.5);
    },
  },
  {
    name: "latticed",
    draw: (draws) => {
      const [period, dx, dy] = [draws.uniform(5.5, 7), draws.uniform(0, 6), draws.uniform(0, 6)];
      return ([x, y]) => Math.max(wave(x + dx, period, 0.24), wave(y + dy, period, 0.24));
    },
  },
  {
    name: "shaded",
    draw: (draws) => {
      const reach = draws.uniform(8, 11);
      return ([x]) => Math.min(1, Math.max(0, 0.5 + x / (2 * reach)));
    },
  },
  {
    name: "zigzag",
    draw: (draws) => {
      const [period, phase] = [draws.uniform(5, 6.5), draws.uniform(0, 6)];
      return ([x, y]) => wave(x + phase + 7 * Math.abs(centred(y / 8)), period, 0.5);
    },
  },
];

/** Distance to the nearest whole number, -0.5 to 0.5. */
function centred(value: number): number {
  return value - Math.floor(value + 0.5);
}
