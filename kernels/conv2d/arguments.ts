/** @file Checks that the convolution ops share. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloats } from "../shape/arguments.ts";

/** What an op was given, for its messages. */
export interface ConvolutionArguments {
  readonly image: Tensor;
  readonly filters: Tensor;
  readonly bias: Tensor | undefined;
  /** of the filters: (kh,kw,c,k) */
  readonly layout: string;
}

/** Both shapes with their layouts, as every message ends. */
function shapesOf({ image, filters, layout }: ConvolutionArguments): string {
  return `image ${formatShape(image.shape)} (n,h,w,c), filters ${formatShape(filters.shape)} ${layout}`;
}

/** Names of the options that all convolution ops take. */
export const convolutionOptions = {
  strides: true,
  padding: true,
  dilation: true,
  bias: true,
  activation: true,
} as const;

/** Throws ShapeError unless image and filters have four axes, ArgumentError for what is no tensor at all. */
export function requireFourAxes(op: string, given: ConvolutionArguments): void {
  const { image, filters, bias } = given;
  requireFloats(op, { image, filters }, { bias });
  if (given.image.shape.length === 4 && given.filters.shape.length === 4) return;
  throw new ShapeError(`${op}: expects an image and filters of four axes each. ${shapesOf(given)}.`);
}

/** Throws ShapeError unless the filters see as many channels as the image has. */
export function requireChannels(op: string, given: ConvolutionArguments, expected: number): void {
  const channels = given.image.shape[3]!;
  if (channels === expected) return;
  throw new ShapeError(
    `${op}: filters expect ${expected} input channels, image has ${channels}. ${shapesOf(given)}.`,
  );
}

/** Throws ShapeError unless there is no bias or one number for each of the output's channels. */
export function requireBias(op: string, given: ConvolutionArguments, count: number): void {
  const { bias } = given;
  if (!bias || (bias.shape.length === 1 && bias.shape[0] === count)) return;
  throw new ShapeError(`${op}: bias must be [${count}], got ${formatShape(bias.shape)}. ${shapesOf(given)}.`);
}

/** Throws ArgumentError for a number of groups that is none, ShapeError if it does not divide the filters. */
export function requireGroups(given: ConvolutionArguments, groups: number): void {
  const filters = given.filters.shape[3]!;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ArgumentError(`conv2d: groups must be a positive integer, got ${written(groups)}.`);
  }
  if (filters % groups !== 0) {
    throw new ShapeError(
      `conv2d: ${groups} groups cannot share ${filters} filters evenly. ${shapesOf(given)}.`,
    );
  }
}
