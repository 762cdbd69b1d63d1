/** @file The three passes of a convolution on the GPU, each in the variant that the chooser picks. */
import { type Kernel, kernel, type Output, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type FusedActivation, fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { type ConvolutionVariant, chooseConvolution } from "../tuning/choose-convolution.ts";
import { type Convolution, convolutionConstants, convolutionFlops, filterSize } from "./problem.ts";

type VariantName = ConvolutionVariant["name"];

/** One kernel per variant; the files are named after the pass. Only the filter gradient has one called registers. */
function variants<R extends string, W extends string>(
  pass: string,
  reads: readonly R[],
  write: W,
): Record<VariantName, Kernel<R, W, never>> {
  const variant = (name: string, output: string) =>
    kernel(import.meta.url, `${pass}.${name}.wgsl`, { reads, writes: [output] }) as Kernel<R, W, never>;
  return {
    naive: variant("naive", write),
    tiled: variant("tiled", write),
    registers: variant("registers", write),
    subgroup: variant("subgroup", write),
    "subgroup-any": variant("subgroup-any", write),
    depthwise: variant("depthwise", write),
  };
}

const forwardKernels = variants("forward", ["image", "filters", "bias"], "y");
const inputGradientKernels = variants("input-gradient", ["dy", "filters", "image"], "dx");
const filterGradientKernels = variants("filter-gradient", ["image", "dy"], "partials");
const reducePartials = kernel(import.meta.url, "reduce-partials.wgsl", {
  reads: ["partials"],
  writes: ["dfilters"],
});

/** What the forward pass reads, and where it writes: a new tensor unless given. */
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
  variant = chooseConvolution("forward", problem, image.engine.adapter),
): Tensor {
  const shape = [problem.batch, problem.outHeight, problem.outWidth, problem.filters];
  const epilogue = { HAS_BIAS: bias ? 1 : 0, ACTIVATION: fusedActivationCodes[activation] };
  const inputs = { image, filters, bias: bias ?? filters };
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
  variant = chooseConvolution("input-gradient", problem, dy.engine.adapter),
): Tensor {
  const inputs = { dy, filters, image: image ?? dy };
  const options = launch(problem, variant, { DERIVATIVE: image ? fusedActivationCodes[activation] : 0 });
  return run(inputGradientKernels[variant.name], inputs, { dx: output }, options).dx;
}

/** Gradient with respect to the filters, written to `output`. */
export function filterGradient(
  problem: Convolution,
  image: Tensor,
  dy: Tensor,
  output: Output,
  variant = chooseConvolution("filter-gradient", problem, dy.engine.adapter),
): Tensor {
  const compute = filterGradientKernels[variant.name];
  const { split } = variant;
  if (split === 1)
    return run(compute, { image, dy }, { partials: output }, launch(problem, variant)).partials;

  const size = filterSize(problem) * problem.filters;
  const { partials } = run(
    compute,
    { image, dy },
    { partials: [split, size] },
    launch(problem, variant, { SPLIT: split }),
  );
  const constants = { SIZE: size, SPLIT: split };
  const { dfilters } = run(
    reducePartials,
    { partials },
    { dfilters: output },
    { constants, invocations: size },
  );
  image.engine.scopes.discard(partials);
  return dfilters;
}

function launch(problem: Convolution, variant: ConvolutionVariant, more: Record<string, number> = {}) {
  const constants = { ...convolutionConstants(problem), ...variant.constants, ...more };
  return { constants, workgroups: variant.workgroups, flops: convolutionFlops(problem) };
}
