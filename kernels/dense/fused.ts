/** @file The dense layer with bias and activation in its kernel, and with gradients that go on through the activation before it. */
import { type DescentHook, fused } from "../../engine/autodiff/fusion.ts";
import type { Rule } from "../../engine/autodiff/tape.ts";
import { type Output, outputTensor } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { activationBefore, epilogueOf } from "../elementwise/fused.ts";
import type { FusedActivation } from "../elementwise/fused-activation.ts";
import { columnSum } from "../reduce/column-sum.ts";
import { allowsDescent, asMatrix, descendWeights, matrixProduct } from "./product.ts";

export interface FusedDense {
  readonly x: Tensor;
  readonly weights: Tensor;
  readonly bias: Tensor | undefined;
  readonly activation: FusedActivation;
  readonly transposeKernel: boolean;
  readonly output: Output;
}

/** activation(x weights + bias) in one launch; the product that is the gradient of the weights sums up that of the bias, too. */
export function fusedDense(given: FusedDense): Tensor {
  const { x, weights, bias, activation, transposeKernel, output } = given;
  const a = asMatrix(x);
  const y = matrixProduct({ a, b: weights, transposeB: transposeKernel, bias, activation, output });
  const before = activationBefore(x);
  const rule: Rule = {
    inputs: bias ? [x, weights, bias] : [x, weights],
    keeps: [x, weights],
    backward: (dy, want) => {
      const [dx, dz] = [want(0), asMatrix(dy)];
      const derivative = { activation: before, output: x };
      const product = { a: dz, b: weights, transposeB: !transposeKernel, derivative };
      return [
        dx && matrixProduct({ ...product, output: dx }),
        ...weightGradients(asMatrix(x), dz, transposeKernel, want(1), bias && want(2)),
      ];
    },
  };
  return fused(y, rule, {
    epilogue: epilogueOf(y, activation),
    through: before !== "linear",
    ...(!transposeKernel && { update: descent(given) }),
  });
}

/** Gradients of kernel and bias, in one product if the kernel is not transposed. */
function weightGradients(
  x: Tensor,
  dz: Tensor,
  transposed: boolean,
  dweights: Output | undefined,
  dbias: Output | undefined,
): (Tensor | undefined)[] {
  if (!dweights || transposed) {
    const dkernel = dweights && matrixProduct({ a: dz, b: x, transposeA: true, output: dweights });
    return [dkernel, dbias && columnSum(dz, dbias)];
  }
  const columnSums = dbias && outputTensor(x.engine, dbias, "dense: gradient of the bias");
  const dkernel = matrixProduct({ a: x, b: dz, transposeA: true, output: dweights, columnSums });
  return [dkernel, columnSums];
}

/** The update waits until all gradients are there: the gradient of x needs the weights as they were. */
function descent({ x, weights, bias }: FusedDense): DescentHook {
  return {
    inputs: bias ? [1, 2] : [1],
    make: (dy, decay) => {
      const [input, dz] = [asMatrix(x), asMatrix(dy)];
      if (!allowsDescent({ a: input, b: dz, transposeA: true })) return undefined;
      const apply = () => descendWeights({ x: input, dy: dz, weights, bias }, decay);
      return { input, dy: dz, terms: input.shape[0]!, apply };
    },
  };
}
