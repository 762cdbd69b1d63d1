/** @file Activations: functions of a tensor, the usual ones by Keras's names. */
import { ArgumentError, formatShape, nearest, ShapeError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { sameShape } from "../engine/shape.ts";
import { Tensor } from "../engine/tensor.ts";
import { type FusedActivation, fusedActivationCodes } from "../kernels/elementwise/fused-activation.ts";
import { type RealType, type UnaryName, type UnaryRow, unaryTable } from "../kernels/elementwise/index.ts";
import { logSoftmax, softmax } from "../kernels/softmax/index.ts";
import type { Mixed } from "./layers/layer.ts";

/** A function of ops that keeps the shape of its tensor. */
export type ActivationFunction = (x: Tensor) => Tensor;

type Named = Extract<(typeof unaryTable)[UnaryName], { readonly activations: readonly string[] }>;

/** Keras's names: relu, gelu, leaky_relu, ... */
export type ActivationName = "linear" | "softmax" | "log_softmax" | Named["activations"][number];

/** A name, or a function of ops that keeps the shape: `(x) => leakyRelu(x, 0.1)`. */
export type ActivationChoice = ActivationName | ActivationFunction;

const activations: ReadonlyMap<string, ActivationFunction> = new Map([
  ["linear", (x: Tensor) => x],
  ...Object.values<UnaryRow>(unaryTable).flatMap(({ op, activations: names = [] }) =>
    names.map((name) => [name, (x: Tensor) => op!(x)] as const),
  ),
  ["softmax", (x: Tensor) => softmax(x)],
  ["log_softmax", (x: Tensor) => logSoftmax(x)],
]);

/** Throws ArgumentError, with the nearest name, for an activation that does not exist. */
export function checkActivation(layer: string, activation: unknown): asserts activation is ActivationChoice {
  if (typeof activation === "function" || activations.has(activation as string)) return;
  const names = [...activations.keys()];
  const hint = nearest(activation, names);
  throw new ArgumentError(
    `${layer}: unknown activation ${written(activation)}${hint ? `, did you mean "${hint}"?` : "."} One of ${names.join(", ")}, or a function of a tensor.`,
  );
}

/** Whether an activation takes f16; of functions nobody knows. */
export function halfActivation(activation: ActivationChoice): boolean {
  return typeof activation === "string";
}

/** Element type of what a layer computes before the activation `rest`; undefined for that of its input. */
export function outputType(mixed: Mixed | undefined, rest: ActivationChoice): RealType | undefined {
  return mixed && (halfActivation(rest) ? mixed.output : "f32");
}

/** Throws ArgumentError or ShapeError if a function does not give a tensor of the shape of x. */
export function activate(x: Tensor, activation: ActivationChoice): Tensor {
  if (typeof activation === "string") return activations.get(activation)!(x);
  const y: unknown = activation(x);
  if (!(y instanceof Tensor))
    throw new ArgumentError(`activation: the function must give a tensor, got ${written(y)}.`);
  if (sameShape(x.shape, y.shape)) return y;
  throw new ShapeError(
    `activation: the function must keep the shape ${formatShape(x.shape)}, it gives ${formatShape(y.shape)}.`,
  );
}

/**
 * Splits an activation into the part that dense and conv2d apply in their epilogue and what an op of its own does after them:
 * fused are those whose gradient the next op computes from the output on its way (activation-gradient.ts).
 */
export function fuse(activation: ActivationChoice): { fused: FusedActivation; rest: ActivationChoice } {
  if (typeof activation === "string" && Object.hasOwn(fusedActivationCodes, activation))
    return { fused: activation as FusedActivation, rest: "linear" };
  return { fused: "linear", rest: activation };
}
