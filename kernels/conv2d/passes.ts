/** @file The three passes of a convolution on the GPU, each in the variant that the chooser picks. */

import { WgradError } from "../../engine/errors.ts";
import { type Kernel, kernel, type Output, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { sumSlices } from "../dense/sum-slices.ts";
import { type FusedActivation, fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { columnSum } from "../reduce/column-sum.ts";
import { chooseConvolution } from "./choose.ts";
import { type Convolution, convolutionConstants, convolutionFlops, filterSize } from "./problem.ts";
import type { ConvolutionPass, ConvolutionVariant } from "./variant.ts";

const naive = {
  forward: kernel("conv2d/forward.naive", { reads: ["image", "filters"], writes: ["y"] }),
  inputGradient: kernel("conv2d/input-gradient.naive", { reads: ["dy", "filters"], writes: ["dx"] }),
  filterGradient: kernel("conv2d/filter-gradient.naive", { reads: ["image", "dy"], writes: ["dfilters"] }),
};

/** The variants that compute more than the sums, if asked to. */
type VariantName = Exclude<ConvolutionVariant["name"], "naive">;

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
    direct: variant("direct"),
    tiled: variant("tiled"),
    "tiled-any": variant("tiled-any"),
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
const descending: readonly VariantName[] = ["tiled", "tiled-any", "registers", "subgroup", "subgroup-matrix"];
const filterGradientKernels = variants(
  "filter-gradient",
  ["image", "dy"],
  ["partials", "bias_partials"],
  descending,
);
const reduction = {
  reads: ["partials", "bias_partials"],
  writes: ["dfilters", "dbias"],
  step: true,
  flops: { partials: 1, bias_partials: 1 },
} as const;
const reducePartials = kernel("conv2d/reduce-partials", reduction);
const reducePartialsShared = kernel("conv2d/reduce-partials.shared", reduction);
/** The chooser's variant of a pass for its two operands. */
function choose(pass: ConvolutionPass, problem: Convolution, a: Tensor, b: Tensor): ConvolutionVariant {
  const half = a.dtype === "f16" || b.dtype === "f16";
  return chooseConvolution(pass, { ...problem, half }, a.engine.adapter);
}

/** What the forward pass reads, and where it writes: a new tensor of f32 unless given. */
export interface ForwardTensors {
  readonly image: Tensor;
  readonly filters: Tensor;
  readonly bias?: Tensor | undefined;
  readonly output?: Output;
}

/** y = activation(image * filters + bias) */
export function forward(
  problem: Convolution,
  { image, filters, bias, output }: ForwardTensors,
  activation: FusedActivation = "linear",
  variant = choose("forward", problem, image, filters),
): Tensor {
  const shape = [problem.batch, problem.outHeight, problem.outWidth, problem.filters];
  const y = output ?? shape;
  const chosen = fusedVariant(variant, bias !== undefined || activation !== "linear");
  if (!chosen) return run(naive.forward, { image, filters }, { y }, launch(problem, variant)).y;
  const epilogue = { HAS_BIAS: bias ? 1 : 0, ACTIVATION: fusedActivationCodes[activation] };
  const inputs = { image, filters, bias: bias ?? image.engine.one };
  if (variant.split === 1)
    return run(forwardKernels[chosen.name], inputs, { y }, launch(problem, variant, epilogue)).y;
  const partials = run(
    forwardKernels[chosen.name],
    inputs,
    { y: [variant.split, ...shape] },
    launch(problem, variant, { HAS_BIAS: 0, SPLIT: variant.split }),
  ).y;
  const slices = {
    m: problem.batch * problem.outHeight * problem.outWidth,
    n: problem.filters,
    split: variant.split,
  };
  return sumSlices(partials, slices, { bias: inputs.bias, kept: image.engine.one, constants: epilogue }, y);
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
  const chosen = fusedVariant(variant, through);
  if (!chosen) return run(naive.inputGradient, { dy, filters }, { dx: output }, launch(problem, variant)).dx;
  const inputs = { dy, filters, image: through ? image : dy.engine.one };
  const epilogue = { DERIVATIVE: through ? fusedActivationCodes[activation] : 0 };
  if (variant.split === 1)
    return run(inputGradientKernels[chosen.name], inputs, { dx: output }, launch(problem, variant, epilogue))
      .dx;
  const shape = [variant.split, problem.batch, problem.height, problem.width, problem.channels];
  const partials = run(
    inputGradientKernels[chosen.name],
    { dy, filters, image: dy.engine.one },
    { dx: shape },
    launch(problem, variant, { SPLIT: variant.split }),
  ).dx;
  const slices = {
    m: problem.batch * problem.height * problem.width,
    n: problem.channels,
    split: variant.split,
  };
  return sumSlices(
    partials,
    slices,
    { bias: dy.engine.one, kept: inputs.image, constants: epilogue },
    output,
  );
}

/** What the gradient with respect to the filters is computed from, and where it is written. */
export interface FilterGradientTensors {
  readonly image: Tensor;
  readonly dy: Tensor;
  readonly output: Output;
  /** [k], receives the gradient of the bias: dy summed over all positions */
  readonly dbias?: Tensor | undefined;
}

/** Positions that the kernels for subgroups sum one after the other for the bias: more would be off by too many roundings. */
const longestBiasSum = 8192;

/** Gradient with respect to the filters, and to the bias if asked for. */
export function filterGradient(
  problem: Convolution,
  tensors: FilterGradientTensors,
  variant = choose("filter-gradient", problem, tensors.image, tensors.dy),
): Tensor {
  const { image, dy, output, dbias } = tensors;
  const chosen = fusedVariant(variant, dbias !== undefined);
  if (!chosen)
    return run(naive.filterGradient, { image, dy }, { dfilters: output }, launch(problem, variant)).dfilters;
  const positions = problem.batch * problem.outHeight * problem.outWidth;
  const long = variant.name.startsWith("subgroup") && positions / variant.split > longestBiasSum;
  if (!dbias || !long) return sumAll(problem, tensors, chosen, {});
  columnSum(dy, dbias);
  return sumAll(problem, { ...tensors, dbias: undefined }, chosen, {});
}

/** true if filters can be changed by the kernel that computes their gradient; that for f16 on matrix units always can */
export function allowsDescent(problem: Convolution, { engine }: Tensor): boolean {
  const { name, split } = chooseConvolution("filter-gradient", problem, engine.adapter);
  return split > 1 || descending.some((other) => other === name);
}

/**
 * Plain gradient descent: subtracts rate * gradient from filters and bias, by the kernel that computes the gradient. rate =
 * learning rate / (1 + decay * step) by the StepState; nothing changes once that is halted.
 */
export function descendFilters(
  problem: Convolution,
  { image, dy, filters, bias }: { image: Tensor; dy: Tensor; filters: Tensor; bias: Tensor | undefined },
  decay: number,
  variant = choose("filter-gradient", problem, image, dy),
): void {
  const chosen = fusedVariant(variant, true)!;
  sumAll(problem, { image, dy, output: filters, dbias: bias }, chosen, { DESCEND: 1, DECAY: decay });
}

/** The sums over all positions, in slices if the variant says so; `descend`: what is written is subtracted instead. */
function sumAll(
  problem: Convolution,
  { image, dy, output, dbias }: FilterGradientTensors,
  variant: FusedVariant,
  descend: Record<string, number>,
): Tensor {
  const { split } = variant;
  const { filters } = problem;
  const size = filterSize(problem) * filters;
  const whole = split === 1;
  const outputs = {
    partials: whole ? output : [split, size],
    bias_partials: (whole && dbias) || (dbias ? [split, filters] : [1]),
  };
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
  const constants = { SIZE: size, BIAS: dbias ? filters : 0, SPLIT: split, ...descend };
  const { dfilters, dbias: unused } = addSlices(
    { partials, bias_partials },
    { dfilters: output, dbias: dbias ?? [1] },
    constants,
    variant,
  );
  for (const tensor of [partials, bias_partials]) scopes.discard(tensor);
  if (!dbias) scopes.discard(unused);
  return dfilters;
}

/** Slices from which on several lanes share an element: fewer are loaded at once by one. */
const sharedSlices = 32;

/** The second half of a sum in slices. Software adapters add each element up on one lane. */
function addSlices(
  inputs: { readonly partials: Tensor; readonly bias_partials: Tensor },
  outputs: { readonly dfilters: Output; readonly dbias: Output },
  constants: { readonly SIZE: number; readonly BIAS: number; readonly SPLIT: number },
  { name }: FusedVariant,
): { readonly dfilters: Tensor; readonly dbias: Tensor } {
  const invocations = constants.SIZE + constants.BIAS;
  if (inputs.partials.engine.adapter.software && !name.startsWith("tiled"))
    return run(reducePartials, inputs, outputs, { constants, invocations });
  const lanes = constants.SPLIT < sharedSlices ? { ELEMENTS: 64, PARTS: 1 } : { ELEMENTS: 32, PARTS: 8 };
  const workgroups = Math.ceil(invocations / lanes.ELEMENTS);
  return run(reducePartialsShared, inputs, outputs, { constants: { ...constants, ...lanes }, workgroups });
}

type FusedVariant = ConvolutionVariant & { readonly name: VariantName };

/** Undefined for the naive variant, which computes the sums alone. Throws WgradError if it is asked for `more`. */
function fusedVariant(variant: ConvolutionVariant, more: boolean): FusedVariant | undefined {
  const { name } = variant;
  if (name !== "naive") return { ...variant, name };
  if (!more) return undefined;
  throw new WgradError("conv2d: the naive kernels compute sums alone, without bias, activation or update.");
}

function launch(problem: Convolution, variant: ConvolutionVariant, more: Record<string, number> = {}) {
  const constants = { ...convolutionConstants(problem), ...variant.constants, ...more };
  return { constants, workgroups: variant.workgroups, flops: convolutionFlops(problem) };
}
