/** @file Chance decides what a synthetic street digit looks like: layout, typeface, camera, colours, weather. */

import type { Draws } from "../drawing/draws.ts";
import type { Noise } from "../drawing/pixels.ts";
import { fonts } from "./fonts.ts";
import { type Glyph, glyphOf } from "./glyphs.ts";

/** Red, green, blue, 0 to 255, not yet clipped. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A digit on the plate: its glyph, moved right and down in font units. */
export interface PlacedGlyph {
  readonly glyph: Glyph;
  readonly x: number;
  readonly y: number;
}

/** From pixels, counted from the image's centre, to font units on the plate. */
export interface Camera {
  /** where the digit's centre is seen, in pixels from the image's centre */
  readonly shift: readonly [x: number, y: number];
  readonly rotation: { readonly cos: number; readonly sin: number };
  /** font units per pixel */
  readonly unitsPerPixel: number;
  /** width over height, relative to the typeface */
  readonly aspect: number;
  /** x units per y unit */
  readonly slant: number;
  /** relative change of distance per pixel */
  readonly perspective: readonly [x: number, y: number];
}

/** A straight border of the plate; beyond it, another colour. */
export interface Edge {
  /** outward, in rotated pixels */
  readonly normal: readonly [x: number, y: number];
  readonly distance: number;
  readonly colour: Colour;
}

export interface Scene {
  readonly digits: readonly PlacedGlyph[];
  readonly camera: Camera;
  /** half the thickness of a stroke, in font units */
  readonly penRadius: number;
  readonly paint: Colour;
  readonly ground: Colour;
  /** a shadow or a highlight beside each stroke: offset in pixels, colour, how much it covers */
  readonly shadow?: {
    readonly x: number;
    readonly y: number;
    readonly colour: Colour;
    readonly opacity: number;
  };
  /** a line around each stroke: width in font units */
  readonly outline?: { readonly width: number; readonly colour: Colour };
  readonly edges: readonly Edge[];
  /** brightness added from one side of the image to the other, per pixel */
  readonly slope: readonly [x: number, y: number];
  /** brightness of blotches on a grid of 5 x 5 points, bilinear between them */
  readonly blotches: Float32Array;
  /** weight of either neighbour in one pass of smoothing, and the number of passes */
  readonly blur: { readonly weight: number; readonly passes: number };
  readonly noise: Noise;
}

/** Points per side of the blotch grid. */
export const blotchPoints = 5;

/** A scene whose centre shows `digit` (0 to 9). */
export function drawScene(draws: Draws, digit: number): Scene {
  const font = draws.below(fonts.length);
  const penRadius = draws.uniform(5, 11.5);
  const { paint, ground } = drawColours(draws);
  const camera = drawCamera(draws);
  return {
    digits: layOut(draws, font, digit, penRadius),
    camera,
    penRadius,
    paint,
    ground,
    ...(draws.chance(0.3) && { shadow: drawShadow(draws, ground) }),
    ...(draws.chance(0.12) && { outline: drawOutline(draws, ground) }),
    edges: drawEdges(draws),
    slope: [draws.around(1.8), draws.around(1.8)],
    blotches: drawBlotches(draws),
    blur: { weight: draws.uniform(0.05, 0.25), passes: draws.below(9) },
    noise: { grey: draws.uniform(0.5, 6), colour: draws.uniform(0.5, 3) },
  };
}

/** The digit in the middle and, mostly, its neighbours in the house number on one side or both. */
function layOut(draws: Draws, font: number, digit: number, penRadius: number): PlacedGlyph[] {
  const centre = glyphOf(font, digit);
  const middle = (centre.left + centre.right) / 2;
  const placed: PlacedGlyph[] = [{ glyph: centre, x: -middle, y: 0 }];
  const gap = 2 * penRadius + draws.uniform(2, 36);
  const rise = draws.around(8);
  const halfWidth = (centre.right - centre.left) / 2;
  if (draws.chance(0.65)) {
    const glyph = glyphOf(font, draws.below(10));
    placed.push({ glyph, x: -halfWidth - gap - glyph.right, y: -rise });
  }
  if (draws.chance(0.65)) {
    const glyph = glyphOf(font, draws.below(10));
    placed.push({ glyph, x: halfWidth + gap - glyph.left, y: rise });
  }
  return placed;
}

function drawCamera(draws: Draws): Camera {
  // cos and sin from the tangent of half the angle (up to 14 degrees): exact arithmetic on every machine.
  const tangent = draws.around(0.12);
  const square = tangent * tangent;
  return {
    shift: [draws.around(2.5), draws.around(2.5)],
    rotation: { cos: (1 - square) / (1 + square), sin: (2 * tangent) / (1 + square) },
    unitsPerPixel: 100 / draws.uniform(20, 29),
    aspect: draws.uniform(0.55, 1.05),
    slant: draws.chance(0.3) ? draws.uniform(0.05, 0.35) : draws.around(0.12),
    perspective: [draws.around(0.01), draws.around(0.006)],
  };
}

/** Two colours some brightness apart, dark on light or light on dark; plates are now and then strongly coloured. */
function drawColours(draws: Draws): { paint: Colour; ground: Colour } {
  const contrast = draws.uniform(25, 180);
  const dark = draws.uniform(10, 245 - contrast);
  const light = dark + contrast;
  const darkColour = tinted(draws, dark, draws.chance(0.35) ? 60 : 20);
  const lightColour = tinted(draws, light, draws.chance(0.2) ? 50 : 18);
  return draws.chance(0.5)
    ? { paint: darkColour, ground: lightColour }
    : { paint: lightColour, ground: darkColour };
}

/** A colour of that brightness, its hue towards blue or towards brown as far as `strength`. */
function tinted(draws: Draws, brightness: number, strength: number): Colour {
  const warm = draws.around(strength);
  const green = draws.around(strength / 3);
  // Rec. 601 weights .299, .587, .114: what red and green change in brightness, all three give back.
  const shift = 0.299 * warm + 0.587 * green - 0.114 * warm;
  return [brightness + warm - shift, brightness + green - shift, brightness - warm - shift];
}

function drawShadow(draws: Draws, ground: Colour): NonNullable<Scene["shadow"]> {
  const factor = draws.chance(0.75) ? draws.uniform(0.3, 0.7) : draws.uniform(1.2, 1.5);
  return {
    x: draws.around(3),
    y: draws.uniform(0.5, 2),
    colour: [ground[0] * factor, ground[1] * factor, ground[2] * factor],
    opacity: draws.uniform(0.4, 0.9),
  };
}

function drawOutline(draws: Draws, ground: Colour): NonNullable<Scene["outline"]> {
  const mean = (ground[0] + ground[1] + ground[2]) / 3;
  const brightness = mean > 128 ? draws.uniform(10, 80) : draws.uniform(170, 245);
  return { width: draws.uniform(2, 5), colour: tinted(draws, brightness, 30) };
}

/** Borders of the plate, where they come into the image. */
function drawEdges(draws: Draws): Edge[] {
  const sides = [
    [0, -1],
    [0, 1],
    [-1, 0],
    [1, 0],
  ] as const;
  const colour = tinted(draws, draws.uniform(20, 230), 40);
  return sides
    .filter(() => draws.chance(0.12))
    .map((normal) => ({ normal, distance: draws.uniform(13, 18), colour }));
}

function drawBlotches(draws: Draws): Float32Array {
  const strength = draws.uniform(0, 22);
  return Float32Array.from({ length: blotchPoints ** 2 }, () => draws.around(strength));
}
