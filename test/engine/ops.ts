/** @file The smallest ops that exercise the engine: no kernel of kernels/ is needed to test it. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import {
  type Kernel,
  type KernelBindings,
  kernel,
  type PipelineRequest,
  pipelineRequest,
  run,
} from "../../engine/kernel.ts";
import type { Constants } from "../../engine/shader.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { shaderText } from "../support/shader-text.ts";

export const multiplyKernel = kernel(
  "test/multiply",
  { reads: ["a", "b"], writes: ["y"] },
  shaderText(import.meta.url, "shaders/multiply.wgsl"),
);
const totalKernel = kernel(
  "test/total",
  { reads: ["x"], writes: ["y"] },
  shaderText(import.meta.url, "shaders/total.wgsl"),
);
const spreadKernel = kernel(
  "test/spread",
  { reads: ["x"], writes: ["y"] },
  shaderText(import.meta.url, "shaders/spread.wgsl"),
);
export const scaleAndAddKernel = kernel(
  "test/scale-and-add",
  { updates: ["x"] },
  shaderText(import.meta.url, "shaders/scale-and-add.wgsl"),
);

/** a * b, element by element, without a gradient. */
export function product(a: Tensor, b: Tensor): Tensor {
  return run(multiplyKernel, { a, b }, { y: a.shape }, { invocations: a.size }).y;
}

/** a * b, element by element; writes gradients to where they are wanted. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  return differentiable(product(a, b), {
    inputs: [a, b],
    keeps: [a, b],
    backward: (dy, want) =>
      [b, a].map((other, index) => {
        const output = want(index);
        return output && run(multiplyKernel, { a: dy, b: other }, { y: output }, { invocations: dy.size }).y;
      }),
  });
}

/** The sum of all elements: a scalar. */
export function total(x: Tensor): Tensor {
  return differentiable(run(totalKernel, { x }, { y: [] }, { workgroups: 1 }).y, {
    inputs: [x],
    backward: (dy, want) => [run(spreadKernel, { x: dy }, { y: want(0)! }, { invocations: x.size }).y],
  });
}

/** x = x * factor + amount, in place. */
export function scaleAndAdd(x: Tensor, factor: number, amount: number): void {
  const constants = { FACTOR: factor, AMOUNT: amount };
  run(scaleAndAddKernel, { x }, {}, { constants, invocations: x.size });
}

/** A kernel whose WGSL is given here: for shaders that are wrong on purpose. */
export function inlineKernel<R extends string = never, W extends string = never, U extends string = never>(
  name: string,
  source: string,
  bindings: KernelBindings<R, W, U>,
): Kernel<R, W, U> {
  return kernel(`inline/${name}`, bindings, source);
}

export function requestFor(
  definition: Kernel,
  constants: Constants = {},
  half: readonly string[] = [],
): PipelineRequest {
  const request = pipelineRequest(definition, { constants }, {});
  return { ...request, key: `${request.key}|${half}`, half };
}
