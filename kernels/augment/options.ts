/** @file What augmentation may do, by the names of Keras's ImageDataGenerator, and its checks. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkChoice, checkFlag, checkOption, type OptionNames, written } from "../../engine/options.ts";
import type { Constants } from "../../engine/shader.ts";

/** What stands where a moved image has no pixel: Keras's fill_mode. */
export type FillMode = "nearest" | "constant" | "reflect" | "wrap";

/** How values between and beyond pixels are found. */
export interface SamplingOptions {
  /** what is beyond the border: "nearest" unless given */
  readonly fillMode?: FillMode;
  /** Keras's cval, for fillMode "constant" */
  readonly fillValue?: number;
  /** "nearest" is order 0 of Keras up to 2.1.3 */
  readonly interpolation?: "bilinear" | "nearest";
  /**
   * What rotation, shear and zoom leave in place: "keras" is (h/2 + 0.5, w/2 + 0.5) of every Keras 1 and 2, a pixel
   * off; "exact" is the middle of the image.
   */
  readonly centre?: "keras" | "exact";
}

/** Ranges that parameters are drawn from, uniformly; whatever is left out does not happen. */
export interface AugmentOptions extends SamplingOptions {
  /** degrees, drawn from [-range, range] */
  readonly rotationRange?: number;
  /** below 1 a part of the width, else pixels; drawn from [-range, range], fractions of pixels included */
  readonly widthShiftRange?: number;
  readonly heightShiftRange?: number;
  /** degrees */
  readonly shearRange?: number;
  /** z for [1 - z, 1 + z], or [lower, upper]; rows and columns on their own */
  readonly zoomRange?: number | readonly [number, number];
  /** added to all values of an image, in the units of x */
  readonly channelShiftRange?: number;
  readonly horizontalFlip?: boolean;
  readonly verticalFlip?: boolean;
}

/** The names of all options, in the order in which Keras applies them. */
export const samplingOptionNames: OptionNames<SamplingOptions> = {
  fillMode: true,
  fillValue: true,
  interpolation: true,
  centre: true,
};
export const augmentOptionNames: OptionNames<AugmentOptions> = {
  rotationRange: true,
  widthShiftRange: true,
  heightShiftRange: true,
  shearRange: true,
  zoomRange: true,
  channelShiftRange: true,
  horizontalFlip: true,
  verticalFlip: true,
  ...samplingOptionNames,
};

/** The ranges in pixels and degrees, nothing left open. */
export interface DrawRanges {
  readonly rotation: number;
  readonly shiftRows: number;
  readonly shiftColumns: number;
  readonly shear: number;
  readonly zoom: readonly [number, number];
  readonly channelShift: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
}

const fillCodes: Record<FillMode, number> = { nearest: 0, constant: 1, reflect: 2, wrap: 3 };

/** Resolves the ranges for images of a size. Throws ArgumentError if one is negative or no number. */
export function drawRanges(options: AugmentOptions, height: number, width: number): DrawRanges {
  const { zoomRange = 0, horizontalFlip = false, verticalFlip = false } = options;
  for (const [name, value] of Object.entries({ horizontalFlip, verticalFlip }))
    checkFlag("augment", name, value);
  const zoom = typeof zoomRange === "number" ? ([1 - zoomRange, 1 + zoomRange] as const) : zoomRange;
  const isRange = Array.isArray(zoom) && zoom.length === 2 && zoom.every((side) => typeof side === "number");
  if (!isRange || !(zoom[0] > 0 && zoom[1] >= zoom[0] && Number.isFinite(zoom[1]))) {
    throw new ArgumentError(`augment: zoomRange must be [least, most] above 0, got ${written(zoom)}.`);
  }
  const pixels = (range: number, size: number) => (range < 1 ? range * size : range);
  return {
    rotation: range("rotationRange", options.rotationRange),
    shiftRows: pixels(range("heightShiftRange", options.heightShiftRange), height),
    shiftColumns: pixels(range("widthShiftRange", options.widthShiftRange), width),
    shear: range("shearRange", options.shearRange),
    zoom,
    channelShift: range("channelShiftRange", options.channelShiftRange),
    flipHorizontal: horizontalFlip,
    flipVertical: verticalFlip,
  };
}

/** Constants of transform-images.wgsl. Throws ArgumentError for a mode that does not exist. */
export function samplingConstants(options: SamplingOptions): Constants {
  const { fillMode = "nearest", fillValue = 0, interpolation = "bilinear", centre = "keras" } = options;
  checkChoice("augment", "fillMode", fillMode, Object.keys(fillCodes));
  checkChoice("augment", "interpolation", interpolation, ["bilinear", "nearest"]);
  checkChoice("augment", "centre", centre, ["keras", "exact"]);
  checkOption("augment", "fillValue", fillValue, () => true, "a finite number");
  return { BILINEAR: interpolation === "bilinear", FILL: fillCodes[fillMode], FILL_VALUE: fillValue };
}

/** What stays in place, as row and column. */
export function centreOf(
  { centre = "keras" }: SamplingOptions,
  height: number,
  width: number,
): readonly [number, number] {
  const offset = centre === "keras" ? 0.5 : -0.5;
  return [height / 2 + offset, width / 2 + offset];
}

function range(name: string, value = 0): number {
  checkOption("augment", name, value, () => value >= 0, "0 or more");
  return value;
}
