/** @file Gradient checks: of a float64 reference by central differences, and of a GPU op against the reference. */
import { expect } from "vitest";
import { differentiable, gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import { kernel, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";
import { expectClose, type Tolerance } from "./compare.ts";
import { randomArray } from "./random.ts";
import { shaderText } from "./shader-text.ts";

/**
 * Checks `gradient` (one array per input, from dy) of the float64 function `forward`: along a random direction v,
 * <gradient, v> must equal the central difference of <dy, forward(x + t v)>. Two evaluations whatever the size.
 */
export function checkReferenceGradient(
  forward: (...inputs: Array64[]) => Array64,
  gradient: (dy: Array64, ...inputs: Array64[]) => readonly Array64[],
  inputs: readonly Array64[],
  seed = 1,
): void {
  const dy = randomArray(forward(...inputs).shape, seed + 1000);
  const analytic = gradient(dy, ...inputs);
  const directions = inputs.map((input, i) => randomArray(input.shape, seed + i));
  const step = 1e-6;
  const moved = (sign: number) =>
    inputs.map((input, i) =>
      array64(
        input.shape,
        input.data.map((x, j) => x + sign * step * directions[i]!.data[j]!),
      ),
    );
  const numeric = (dot(dy, forward(...moved(1))) - dot(dy, forward(...moved(-1)))) / (2 * step);
  const exact = directions.reduce((sum, direction, i) => sum + dot(direction, analytic[i]!), 0);
  const scale = Math.sqrt(dot(dy, dy)) * Math.sqrt(directions.reduce((sum, v) => sum + dot(v, v), 0)) + 1e-3;
  expect(
    Math.abs(numeric - exact) / scale,
    `reference gradient: ${exact}, central difference ${numeric}`,
  ).toBeLessThan(1e-6);
}

/** Runs a GPU op on `inputs`, differentiates <dy, op(inputs)> and returns the output and the gradients. */
export async function runWithGradients(
  engine: Engine,
  op: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Array64[],
  dy: Array64,
): Promise<{ y: Float32Array; gradients: Float32Array[] }> {
  const sources = inputs.map(({ data, shape }) => engine.tensor(data, shape));
  const cotangent = engine.tensor(dy.data, dy.shape);
  const outputs: Tensor[] = [];
  const body = () => {
    outputs.push(op(...sources));
    return innerProduct(outputs[0]!, cotangent);
  };
  const result = gradients(engine, body, sources);
  return {
    y: (await outputs[0]!.data()) as Float32Array,
    gradients: await Promise.all(result.gradients.map(async (g) => (await g.data()) as Float32Array)),
  };
}

/** Holds a GPU op and its gradients against the reference. */
export async function expectMatchesReference(
  engine: Engine,
  op: (...inputs: Tensor[]) => Tensor,
  forward: (...inputs: Array64[]) => Array64,
  gradient: (dy: Array64, ...inputs: Array64[]) => readonly Array64[],
  inputs: readonly Array64[],
  tolerance: { forward?: Tolerance; gradients?: readonly Tolerance[] } = {},
): Promise<void> {
  const expected = forward(...inputs);
  const dy = randomArray(expected.shape, 77);
  const actual = await runWithGradients(engine, op, inputs, dy);
  expectClose(actual.y, expected.data, tolerance.forward, "forward");
  for (const [i, reference] of gradient(dy, ...inputs).entries()) {
    expectClose(actual.gradients[i]!, reference.data, tolerance.gradients?.[i], `gradient of input ${i}`);
  }
}

const dotKernel = kernel(
  "test/inner-product",
  { reads: ["a", "b"], writes: ["y"] },
  shaderText(import.meta.url, "inner-product.wgsl"),
);
const scaleKernel = kernel(
  "test/scale-by",
  { reads: ["x", "factor"], writes: ["y"] },
  shaderText(import.meta.url, "scale-by.wgsl"),
);

/** sum of y * cotangent: a scalar whose gradient with respect to y is the cotangent. */
function innerProduct(y: Tensor, cotangent: Tensor): Tensor {
  const product = run(dotKernel, { a: y, b: cotangent }, { y: [1] }, { workgroups: 1 }).y;
  return differentiable(product, {
    inputs: [y],
    keeps: [cotangent],
    backward: (dy) => [
      run(scaleKernel, { x: cotangent, factor: dy }, { y: y.shape }, { invocations: y.size }).y,
    ],
  });
}

function dot(a: Array64, b: Array64): number {
  return a.data.reduce((sum, value, i) => sum + value * b.data[i]!, 0);
}
