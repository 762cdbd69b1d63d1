/** @file One pass of a convolution by a forced variant, and what the float64 reference makes of the same random values. */
import type { Engine } from "../../../engine/device.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import type { ConvolutionPass, ConvolutionVariant } from "../../../kernels/conv2d/choose.ts";
import {
  conv2dFilterGradientReference,
  conv2dInputGradientReference,
  conv2dReference,
} from "../../../kernels/conv2d/conv2d.reference.ts";
import { filterGradient, forward, inputGradient } from "../../../kernels/conv2d/passes.ts";
import type { Convolution } from "../../../kernels/conv2d/problem.ts";
import { epilogueReference } from "../../../kernels/dense/dense.reference.ts";
import type { FusedActivation } from "../../../kernels/elementwise/fused-activation.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { slopeOf } from "../../support/activations.ts";
import { expectClose } from "../../support/compare.ts";
import { roundedToHalf } from "../../support/half.ts";
import { spoiled } from "../../support/hostile.ts";
import { randomArray } from "../../support/random.ts";

export interface PassCase {
  readonly pass: ConvolutionPass;
  readonly problem: Convolution;
  readonly variant: ConvolutionVariant;
  readonly activation: FusedActivation;
  readonly seed: number;
  /** of image, dy, y and dx: f32 unless given */
  readonly dtype?: "f32" | "f16";
  /** all values but the bias are numbers of f16, whatever the tensors' type */
  readonly rounded?: boolean;
  /** NaN and infinities in the operand of this number: 0 the image (or the output of an activation), 1 filters, 2 dy */
  readonly spoil?: number;
}

/**
 * What the pass gives, what it should, without bias and activation for the naive variant, and how many terms each element sums. The
 * gradient of the bias is compared here.
 */
export async function comparePass(
  engine: Engine,
  { pass, problem, variant, activation: wanted, seed, dtype = "f32", rounded = false, spoil }: PassCase,
): Promise<{ actual: Tensor; expected: Array64; terms: number }> {
  const values = (shape: readonly number[], offset: number, round: boolean) => {
    const random = randomArray(shape, seed + offset);
    if (spoil === offset) return spoiled(random, seed);
    return round ? roundedToHalf(random) : random;
  };
  const bare = variant.name === "naive";
  const activation = bare ? "linear" : wanted;
  const half = ({ data, shape }: Array64) => engine.tensor(data, shape, dtype);
  const upload = ({ data, shape }: Array64) => engine.tensor(data, shape);
  const { batch, outHeight, outWidth, windowHeight, windowWidth, channels, filters, groups } = problem;
  const positions = batch * outHeight * outWidth;
  const image = values([batch, problem.height, problem.width, channels], 0, rounded || dtype === "f16");
  const weights = values([windowHeight, windowWidth, channels / groups, filters], 1, rounded);
  const dy = values([batch, outHeight, outWidth, filters], 2, rounded || dtype === "f16");
  const bias = values([filters], 3, false);
  if (pass === "input-gradient") {
    const output = { shape: image.shape, dtype };
    const tensors = { dy: half(dy), filters: upload(weights), output, image: half(image) };
    const sums = conv2dInputGradientReference(dy, weights, problem);
    const expected = sums.data.map((value, j) => value * slopeOf(activation, image.data[j]!));
    return {
      actual: inputGradient(problem, tensors, activation, variant),
      expected: array64(sums.shape, expected),
      terms: windowHeight * windowWidth * filters,
    };
  }
  if (pass === "filter-gradient") {
    const dbias = engine.zeros([filters]);
    const tensors = { image: half(image), dy: half(dy), output: weights.shape, ...(!bare && { dbias }) };
    const actual = filterGradient(problem, tensors, variant);
    const sums = bias.data.map((_, k) => dy.data.reduce((sum, d, i) => sum + (i % filters === k ? d : 0), 0));
    if (spoil === undefined && !bare)
      expectClose(await dbias.data(), sums, { terms: positions, scale: 1 }, "gradient of the bias");
    return { actual, expected: conv2dFilterGradientReference(image, dy, problem), terms: positions };
  }
  const output = { shape: [batch, outHeight, outWidth, filters], dtype };
  const inputs = {
    image: half(image),
    filters: upload(weights),
    output,
    ...(!bare && { bias: upload(bias) }),
  };
  return {
    actual: forward(problem, inputs, activation, variant),
    expected: bare
      ? conv2dReference(image, weights, problem)
      : epilogueReference(conv2dReference(image, weights, problem), bias, activation),
    terms: windowHeight * windowWidth * channels + 1,
  };
}

/** Cuts the filter gradient's sum into slices, of which the last may be short or empty. */
export function inSlices(variant: ConvolutionVariant, split: number): ConvolutionVariant {
  return { ...variant, split, workgroups: (variant.workgroups / variant.split) * split };
}
