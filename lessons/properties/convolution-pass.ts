/** @file One pass of a convolution by a forced variant, and what the float64 reference makes of the same values. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import {
  conv2dFilterGradientReference,
  conv2dInputGradientReference,
  conv2dReference,
} from "../../kernels/conv2d/conv2d.reference.ts";
import { filterGradient, forward, inputGradient } from "../../kernels/conv2d/passes.ts";
import type { Convolution } from "../../kernels/conv2d/problem.ts";
import type { ConvolutionPass, ConvolutionVariant } from "../../kernels/conv2d/variant.ts";
import { epilogueReference } from "../../kernels/dense/dense.reference.ts";
import type { FusedActivation } from "../../kernels/elementwise/fused-activation.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";
import { slopeOf } from "./slope.ts";

/** What the three passes read; the image of an input gradient is the output of an activation. */
export interface PassValues {
  readonly image: Array64;
  readonly filters: Array64;
  readonly dy: Array64;
  readonly bias: Array64;
}

/** Shapes of the values of a pass. */
export function passShapes(problem: Convolution): Record<keyof PassValues, readonly number[]> {
  const { batch, height, width, channels, filters, groups } = problem;
  return {
    image: [batch, height, width, channels],
    filters: [problem.windowHeight, problem.windowWidth, channels / groups, filters],
    dy: [batch, problem.outHeight, problem.outWidth, filters],
    bias: [filters],
  };
}

export interface Pass {
  readonly pass: ConvolutionPass;
  readonly problem: Convolution;
  readonly variant: ConvolutionVariant;
  /** of naive variants, which compute the sums alone, none */
  readonly activation: FusedActivation;
  /** of image, dy, y and dx: f32 unless given */
  readonly dtype?: "f32" | "f16";
}

/** What a pass gives: y, dx or dfilters; and the gradient of the bias, where there is one. */
export interface PassResult<T> {
  readonly result: T;
  readonly dbias?: T;
}

const isBare = ({ variant }: Pass) => variant.name === "naive";

/** The pass on the GPU. */
export function runPass(engine: Engine, given: Pass, values: PassValues): PassResult<Tensor> {
  const { pass, problem, variant, dtype = "f32" } = given;
  const bare = isBare(given);
  const activation = bare ? "linear" : given.activation;
  const half = ({ data, shape }: Array64) => engine.tensor(data, shape, dtype);
  const upload = ({ data, shape }: Array64) => engine.tensor(data, shape);
  const shapes = passShapes(problem);
  if (pass === "input-gradient") {
    const { dy, filters, image } = values;
    const output = { shape: shapes.image, dtype };
    const tensors = { dy: half(dy), filters: upload(filters), output, image: half(image) };
    return { result: inputGradient(problem, tensors, activation, variant) };
  }
  if (pass === "filter-gradient") {
    const dbias = bare ? undefined : engine.zeros(shapes.bias);
    const tensors = { image: half(values.image), dy: half(values.dy), output: shapes.filters, dbias };
    return { result: filterGradient(problem, tensors, variant), ...(dbias && { dbias }) };
  }
  const inputs = {
    image: half(values.image),
    filters: upload(values.filters),
    output: { shape: shapes.dy, dtype },
    bias: bare ? undefined : upload(values.bias),
  };
  return { result: forward(problem, inputs, activation, variant) };
}

/** The pass in float64, and how many terms each element sums. */
export function passReference(
  given: Pass,
  { image, filters, dy, bias }: PassValues,
): PassResult<Array64> & { readonly terms: number } {
  const { pass, problem, activation } = given;
  const { batch, outHeight, outWidth, windowHeight, windowWidth } = problem;
  const taps = windowHeight * windowWidth;
  const bare = isBare(given);
  if (pass === "input-gradient") {
    const sums = conv2dInputGradientReference(dy, filters, problem);
    const slope = (i: number) => (bare ? 1 : slopeOf(activation, image.data[i]!));
    const result = array64(
      sums.shape,
      sums.data.map((value, i) => value * slope(i)),
    );
    return { result, terms: taps * problem.filters };
  }
  if (pass === "filter-gradient") {
    const dbias = array64(bias.shape);
    for (const [i, value] of dy.data.entries()) dbias.data[i % problem.filters]! += value;
    const result = conv2dFilterGradientReference(image, dy, problem);
    return { result, ...(!bare && { dbias }), terms: batch * outHeight * outWidth };
  }
  const sums = conv2dReference(image, filters, problem);
  return {
    result: bare ? sums : epilogueReference(sums, bias, activation),
    terms: taps * problem.channels + 1,
  };
}

/** Cuts the filter gradient's sum into slices, of which the last may be short or empty. */
export function inSlices(variant: ConvolutionVariant, split: number): ConvolutionVariant {
  return { ...variant, split, workgroups: (variant.workgroups / variant.split) * split };
}
