/** @file The three passes of a convolution on the GPU, each in the variant that `choose` picks. */
import { kernel, type Output, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type FusedActivation, fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { type Convolution, convolutionConstants, convolutionFlops } from "./problem.ts";

const forwardNaive = kernel(import.meta.url, "forward.naive.wgsl", {
  reads: ["image", "filters", "bias"],
  writes: ["y"],
});
const inputGradientNaive = kernel(import.meta.url, "input-gradient.naive.wgsl", {
  reads: ["dy", "filters"],
  writes: ["dx"],
});
const filterGradientNaive = kernel(import.meta.url, "filter-gradient.naive.wgsl", {
  reads: ["image", "dy"],
  writes: ["dfilters"],
});

/** y = activation(image * filters + bias) */
export function forward(
  problem: Convolution,
  { image, filters, bias }: { image: Tensor; filters: Tensor; bias: Tensor | undefined },
  activation: FusedActivation,
): Tensor {
  const shape = [problem.batch, problem.outHeight, problem.outWidth, problem.filters];
  const epilogue = { HAS_BIAS: bias ? 1 : 0, ACTIVATION: fusedActivationCodes[activation] };
  const pixels = problem.outHeight * problem.outWidth;
  return run(
    forwardNaive,
    { image, filters, bias: bias ?? filters },
    { y: shape },
    {
      constants: { ...convolutionConstants(problem), ...epilogue },
      workgroups: [Math.ceil(problem.filters / 8), Math.ceil(pixels / 8), problem.batch],
      flops: convolutionFlops(problem),
    },
  ).y;
}

/** Gradient with respect to the image, written to `output`. */
export function inputGradient(problem: Convolution, dy: Tensor, filters: Tensor, output: Output): Tensor {
  const pixels = problem.height * problem.width;
  return run(
    inputGradientNaive,
    { dy, filters },
    { dx: output },
    {
      constants: convolutionConstants(problem),
      workgroups: [Math.ceil(problem.channels / 8), Math.ceil(pixels / 8), problem.batch],
      flops: convolutionFlops(problem),
    },
  ).dx;
}

/** Gradient with respect to the filters, written to `output`. */
export function filterGradient(problem: Convolution, image: Tensor, dy: Tensor, output: Output): Tensor {
  const taps = problem.windowHeight * problem.windowWidth * problem.channels;
  return run(
    filterGradientNaive,
    { image, dy },
    { dfilters: output },
    {
      constants: convolutionConstants(problem),
      workgroups: [Math.ceil(problem.filters / 8), Math.ceil(taps / 8)],
      flops: convolutionFlops(problem),
    },
  ).dfilters;
}
