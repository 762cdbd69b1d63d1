/** @file The three passes of a convolution on the GPU, each in the variant that the chooser picks. */

import type { Descent } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import { type Kernel, kernel, type Output, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type FusedActivation, fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { columnSum } from "../reduce/column-sum.ts";
import { type ConvolutionPass, type ConvolutionVariant, chooseConvolution } from "./choose.ts";
import { type Convolution, convolutionConstants, convolutionFlops, filterSize } from "./problem.ts";

type VariantName = ConvolutionVariant["name"];

/** One kernel per variant; the files are named after the pass. Only the filter gradient has one called registers. */
function variants<R extends string, W extends string>(
  pass: string,
  reads: readonly R[],
  writes: readonly W[],
  withStep: readonly VariantName[] = [],
): Record<VariantName, Kernel<R, W, never>> {
  const variant = (name: VariantName) => {
    const bindings = { reads, writes, step: withStep.includes(name) };
    return kernel(`conv2d/${pass}.${name}`, bindings) as Kernel<R, W, never>;
  };
  return {
    naive: variant("naive"),
    tiled: variant("tiled"),
    registers: variant("registers"),
    subgroup: variant("subgroup"),
    "subgroup-any": variant("subgroup-any"),
    depthwise: variant("depthwise"),
    "subgroup-matrix": variant("subgroup-matrix"),
  };
}

const forwardKernels = variants("forward", ["image", "filters", "bias"], ["y"]);
const inputGradientKernels = variants("input-gradient", ["dy", "filters", "image"], ["dx"]);
/** filter gradients that can be subtracted from the filters as they are computed; those in slices always can */
const descending: readonly VariantName[] = ["tiled", "registers", "subgroup", "subgroup-matrix"];
const filterGradientKernels = variants(
  "filter-gradient",
  ["image", "dy"],
  ["partials", "bias_partials"],
  descending,
);
const reducePartials = kernel("conv2d/reduce-partials", {
  reads: ["partials", "bias_partials"],
  writes: ["dfilters", "dbias"],
  step: true,
  flops: { partials: 1, bias_partials: 1 },
});

/** The chooser's variant of a pass for its two operands. */
function choose(pass: ConvolutionPass, problem: Convolution, a: Tensor, b: Tensor): ConvolutionVariant {
  const half = a.dtype === "f16" || b.dtype === "f16";
  return chooseConvolution(pass, { ...problem, half }, a.engine.adapter);
}

/** What the forward pass reads, and where it writes: a new tensor of f32 unless given. */
export interface ForwardTensors {
  readonly image: Tensor;
  readonly filters: Tensor;
  readonly bias: Tensor | undefined;
  readonly output?: Output;
}

/** y = activation(image * filters + bias) */
export function forward(
  problem: Convolution,
  { image, filters, bias, output }: ForwardTensors,
  activation: FusedActivation,
  variant = choose("forward", problem, image, filters),
): Tensor {
  const shape = [problem.batch, problem.outHeight, problem.outWidth, problem.filters];
  const epilogue = { HAS_BIAS: bias ? 1 : 0, ACTIVATION: fusedActivationCodes[activation] };
  const inputs = { image, filters, bias: bias ?? image.engine.one };
  const y = output ?? shape;
  return run(forwardKernels[variant.name], inputs, { y }, launch(problem, variant, epilogue)).y;
}

/** What the gradient with respect to the image is computed from, and where it is written. */
export interface InputGradientTensors {
  readonly dy: Tensor;
  readonly filters: Tensor;
  readonly output: Output;
  /** the image, if the gradient goes on through the activation that made it */
  readonly image?: Tensor;
}

/** Gradient with respect to the image, times the derivative of `activation`, of which the image is the output. */
export function inputGradient(
  problem: Convolution,
  { dy, filters, output, image }: InputGradientTensors,
  activation: FusedActivation = "linear",
  variant = choose("input-gradient", problem, dy, filters),
): Tensor {
  const through = image !== undefined && activation !== "linear";
  const inputs = { dy, filters, image: through ? image : dy.engine.one };
  const options = launch(problem, variant, { DERIVATIVE: through ? fusedActivationCodes[activation] : 0 });
  return run(inputGradientKernels[variant.name], inputs, { dx: output }, options).dx;
}

/** What the gradient with respect to the filters is computed from, and where it is written. */
export interface FilterGradientTensors {
  readonly image: Tensor;
  readonly dy: Tensor;
  readonly output: Output;
  /** [k], receives the gradient of the bias: dy summed over all positions */
  readonly dbias?: Tensor | undefined;
  /** output and dbias are the parameters: rate times their gradient is subtracted from them, as Descent says */
  readonly descent?: Pick<Descent, "decay"> | undefined;
}

/** true if filters can be changed by the kernel that computes their gradient; that for f16 on matrix units always can */
export function allowsDescent(problem: Convolution, { adapter }: Engine): boolean {
  const { name, split } = chooseConvolution("filter-gradient", problem, adapter);
  return split > 1 || descending.includes(name);
}

/** Positions that the kernels for subgroups sum one after the other for the bias: more would be off by too many roundings. */
const longestBiasSum = 8192;

/** Gradient with respect to the filters, and to the bias if asked for. */
export function filterGradient(
  problem: Convolution,
  tensors: FilterGradientTensors,
  variant = choose("filter-gradient", problem, tensors.image, tensors.dy),
): Tensor {
  const { dy, dbias, descent } = tensors;
  const positions = problem.batch * problem.outHeight * problem.outWidth;
  const long = variant.name.startsWith("subgroup") && positions / variant.split > longestBiasSum;
  if (!dbias || !long || descent) return filterAndBiasGradient(problem, tensors, variant);
  columnSum(dy, dbias);
  return filterAndBiasGradient(problem, { ...tensors, dbias: undefined }, variant);
}

function filterAndBiasGradient(
  problem: Convolution,
  { image, dy, output, dbias, descent }: FilterGradientTensors,
  variant: ConvolutionVariant,
): Tensor {
  const { split } = variant;
  const { filters } = problem;
  const size = filterSize(problem) * filters;
  const whole = split === 1;
  const outputs = {
    partials: whole ? output : [split, size],
    bias_partials: (whole && dbias) || (dbias ? [split, filters] : [1]),
  };
  const descend = descent ? { DESCEND: 1, DECAY: descent.decay } : {};
  const slices = whole ? descend : { SPLIT: split };
  const options = launch(problem, variant, { HAS_BIAS: dbias ? 1 : 0, ...slices });
  const { partials, bias_partials } = run(
    filterGradientKernels[variant.name],
    { image, dy },
    outputs,
    options,
  );
  const { scopes } = image.engine;
  if (whole) {
    if (!dbias) scopes.discard(bias_partials);
    return partials;
  }
  const bias = dbias ? filters : 0;
  const { dfilters, dbias: unused } = run(
    reducePartials,
    { partials, bias_partials },
    { dfilters: output, dbias: dbias ?? [1] },
    { constants: { SIZE: size, BIAS: bias, SPLIT: split, ...descend }, invocations: size + bias },
  );
  for (const tensor of [partials, bias_partials]) scopes.discard(tensor);
  if (!dbias) scopes.discard(unused);
  return dfilters;
}

function launch(problem: Convolution, variant: ConvolutionVariant, more: Record<string, number> = {}) {
  const constants = { ...convolutionConstants(problem), ...variant.constants, ...more };
  return { constants, workgroups: variant.workgroups, flops: convolutionFlops(problem) };
}
