/** @file The smallest ops that exercise the engine: no kernel of kernels/ is needed to test it. */

import { type Kernel, type KernelBindings, kernel, type PipelineRequest, run } from "../../engine/kernel.ts";
import type { Constants } from "../../engine/shader.ts";
import { provideSources } from "../../engine/source.ts";
import { differentiable } from "../../engine/tape.ts";
import type { Tensor } from "../../engine/tensor.ts";

export const multiplyKernel = kernel(import.meta.url, "shaders/multiply.wgsl", {
  reads: ["a", "b"],
  writes: ["y"],
});
const totalKernel = kernel(import.meta.url, "shaders/total.wgsl", { reads: ["x"], writes: ["y"] });
const spreadKernel = kernel(import.meta.url, "shaders/spread.wgsl", { reads: ["x"], writes: ["y"] });
export const scaleAndAddKernel = kernel(import.meta.url, "shaders/scale-and-add.wgsl", { updates: ["x"] });

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
  provideSources({ [`inline/${name}.wgsl`]: source });
  return kernel("file:///inline/here.ts", `${name}.wgsl`, bindings);
}

export function requestFor(
  definition: Kernel,
  constants: Constants = {},
  half: readonly string[] = [],
): PipelineRequest {
  return { key: `${definition.url.href}|${half}|${JSON.stringify(constants)}`, definition, constants, half };
}
