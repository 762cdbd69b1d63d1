/** @file The gradient check: what backward computes on the GPU against central differences of the float64 reference. */

import { requireEngine } from "../../engine/arguments.ts";
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import { placeOf } from "../../engine/host-values.ts";
import { requireParts } from "../../engine/options.ts";
import { watchLaunches } from "../../engine/record/undo.ts";
import type { Shape } from "../../engine/shape.ts";
import type { LaunchWatch, Tensor } from "../../engine/tensor.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";
import { lossWithGradient } from "../loss-with-gradient.ts";
import type { GradcheckCase } from "./checked-op.ts";
import { anywhere, drawArray } from "./draws.ts";

/** How far an element is moved to either side; in float64 both errors of the difference are then near 1e-10. */
export const step = 1e-5;

/** Allowed difference, relative to the largest entry: float32 has seven digits, sums lose one of them or two. */
export const tolerance = 1e-5;

/** The same for y, which shows that op and reference compute one function: WGSL's cos may be off by 2^-11. */
export const outputTolerance = 1e-3;

/** One element of a gradient, computed twice. */
export interface ElementCheck {
  /** along each axis */
  readonly index: readonly number[];
  readonly analytic: number;
  readonly numeric: number;
  readonly difference: number;
}

/** The gradient of one input: as the op computes it, and by differences of the reference. */
export interface GradientCheck {
  readonly input: string;
  readonly shape: Shape;
  /** all of them, in the order of memory */
  readonly elements: readonly ElementCheck[];
  readonly worst: ElementCheck;
  /** `tolerance` times the largest numeric entry */
  readonly allowed: number;
  readonly passed: boolean;
}

/** The gradient check of one case: of each input, and whether all agree. */
export interface CaseCheck {
  readonly label: string;
  /** y on the GPU against the reference */
  readonly output: {
    readonly shape: Shape;
    readonly difference: number;
    readonly allowed: number;
    readonly passed: boolean;
  };
  readonly gradients: readonly GradientCheck[];
  /** ids of the kernels that ran for it, forward and backward */
  readonly kernels: readonly string[];
  readonly passed: boolean;
}

/** Checks every element of every gradient of L = sum(dy * y), for inputs and a dy that the seed decides. */
export async function checkCase(engine: Engine, example: GradcheckCase, seed: number): Promise<CaseCheck> {
  requireEngine("checkCase", engine);
  requireParts("checkCase", example, "a case of an op", ["inputs", "reference"]);
  const inputs = example.inputs.map(({ shape, draw }, i) => drawArray(shape, draw, seed, i + 1));
  const expected = example.reference(...inputs);
  const dy = drawArray(expected.shape, anywhere, seed, 0);
  const actual = await runOnGpu(engine, example, inputs, dy);
  const output = compareOutput(actual.y, actual.shape, expected);
  const checks = inputs.map((input, i) => {
    const numeric = centralDifferences(example, inputs, i, dy);
    return compareGradient(example.inputs[i]!.name, input.shape, actual.gradients[i]!, numeric);
  });
  const passed = output.passed && checks.every((check) => check.passed);
  return { label: example.label, output, gradients: checks, kernels: actual.kernels, passed };
}

async function runOnGpu(engine: Engine, example: GradcheckCase, inputs: readonly Array64[], dy: Array64) {
  const sources = inputs.map(({ data, shape }) => engine.tensor(data, shape));
  let y: Tensor = engine.one;
  const body = () => {
    y = example.run(...sources);
    return lossWithGradient(y, engine.tensor(dy.data, y.shape));
  };
  const kernels = new Set<string>();
  const watch: LaunchWatch = {
    made: () => {},
    launched: ({ kernel }) => kernel && kernels.add(kernel.definition.name),
  };
  const result = watchLaunches(engine, watch, () => gradients(engine, body, sources));
  return {
    kernels: [...kernels].sort(),
    y: await y.data(),
    shape: y.shape,
    gradients: await Promise.all(result.gradients.map((gradient) => gradient.data())),
  };
}

/** dL/dx of input number `which`, each element moved to either side with all others held still. */
function centralDifferences(
  example: GradcheckCase,
  inputs: readonly Array64[],
  which: number,
  dy: Array64,
): Float64Array {
  const moved = inputs.map(({ shape, data }) => array64(shape, data));
  const { data } = moved[which]!;
  const outputAt = (i: number, value: number) => {
    data[i] = value;
    return example.reference(...moved).data;
  };
  return data.map((x, i) => {
    const [above, below] = [outputAt(i, x + step), outputAt(i, x - step)];
    data[i] = x;
    // y first, then the sum: subtracting two nearly equal losses would lose digits
    return dy.data.reduce((sum, gradient, j) => sum + gradient * (above[j]! - below[j]!), 0) / (2 * step);
  });
}

function compareOutput(actual: ArrayLike<number>, shape: Shape, expected: Array64): CaseCheck["output"] {
  const differences = expected.data.map((value, i) => Math.abs(actual[i]! - value));
  const difference = largest(differences);
  const allowed = outputTolerance * largest(expected.data);
  return { shape, difference, allowed, passed: difference <= allowed };
}

function compareGradient(
  input: string,
  shape: Shape,
  analytic: ArrayLike<number>,
  numeric: Float64Array,
): GradientCheck {
  const elements = Array.from(numeric, (value, i) => ({
    index: placeOf(i, shape),
    analytic: analytic[i]!,
    numeric: value,
    difference: Math.abs(analytic[i]! - value),
  }));
  // a NaN is the worst there is
  const worst = elements.reduce((a, b) =>
    a.difference >= b.difference || Number.isNaN(a.difference) ? a : b,
  );
  const allowed = tolerance * largest(numeric);
  return { input, shape, elements, worst, allowed, passed: worst.difference <= allowed };
}

/** Largest magnitude; NaN if one is among the values. */
function largest(values: Float64Array): number {
  return Math.max(...values.map(Math.abs));
}
