/** @file The convolution with bias and activation in its kernel, and with gradients that go on through the activation before it. */
import { type DescentHook, fused } from "../../engine/autodiff/fusion.ts";
import type { Rule } from "../../engine/autodiff/tape.ts";
import { type Output, outputTensor } from "../../engine/kernel.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { activationBefore, epilogueOf } from "../elementwise/fused.ts";
import type { FusedActivation } from "../elementwise/fused-activation.ts";
import { columnSum } from "../reduce/column-sum.ts";
import { allowsDescent, descendFilters, filterGradient, forward, inputGradient } from "./passes.ts";
import type { Convolution } from "./problem.ts";

export interface FusedConvolution {
  readonly image: Tensor;
  readonly filters: Tensor;
  readonly bias: Tensor | undefined;
  readonly activation: FusedActivation;
  readonly output: Output;
}

/** activation(convolution + bias) in one launch; the filter gradient's kernel computes that of the bias, too. */
export function fusedConvolution(problem: Convolution, given: FusedConvolution): Tensor {
  const { image, filters, bias, activation, output } = given;
  const y = forward(problem, { image, filters, bias, output }, activation);
  const before = activationBefore(image);
  const rule: Rule = {
    inputs: bias ? [image, filters, bias] : [image, filters],
    keeps: [image, filters],
    backward: (dz, want) => {
      const dimage = want(0);
      const tensors = { dy: dz, filters, image };
      return [
        dimage && inputGradient(problem, { ...tensors, output: dimage }, before),
        ...weightGradients(problem, image, dz, want(1), bias && want(2)),
      ];
    },
  };
  return fused(y, rule, {
    epilogue: epilogueOf(y, activation),
    through: before !== "linear",
    update: descent(problem, given),
  });
}

/** Gradients of filters and bias, which one kernel computes if both are wanted. */
function weightGradients(
  problem: Convolution,
  image: Tensor,
  dz: Tensor,
  dfilters: Output | undefined,
  dbias: Output | undefined,
): (Tensor | undefined)[] {
  if (!dfilters) return [undefined, dbias && columnSum(aliasOf(dz, [-1, problem.filters]), dbias)];
  const bias = dbias && outputTensor(image.engine, dbias, "conv2d: gradient of the bias");
  return [filterGradient(problem, { image, dy: dz, output: dfilters, dbias: bias }), bias];
}

/** The update reads what the filter gradient is computed from, and waits until all gradients are there: dimage needs the old filters. */
function descent(problem: Convolution, { image, filters, bias }: FusedConvolution): DescentHook {
  const terms = problem.batch * problem.outHeight * problem.outWidth;
  return {
    inputs: bias ? [1, 2] : [1],
    make: (dz, decay) => {
      if (!allowsDescent(problem, image)) return undefined;
      const apply = () => descendFilters(problem, { image, dy: dz, filters, bias }, decay);
      return { input: image, dy: dz, terms, apply };
    },
  };
}
