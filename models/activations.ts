/** @file Activations by Keras's names. */
import { ArgumentError, nearest } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import type { Tensor } from "../engine/tensor.ts";
import type { FusedActivation } from "../kernels/elementwise/fused-activation.ts";
import { elu, type RealType, relu, selu, sigmoid, softplus, tanh } from "../kernels/elementwise/index.ts";
import { softmax } from "../kernels/softmax/index.ts";
import type { Mixed } from "./layers/layer.ts";

const activations = {
  linear: (x: Tensor) => x,
  relu,
  sigmoid,
  tanh,
  softmax: (x: Tensor) => softmax(x),
  selu,
  elu: (x: Tensor) => elu(x),
  softplus,
} satisfies Record<string, (x: Tensor) => Tensor>;

export type ActivationName = keyof typeof activations;

/** Throws ArgumentError, with the nearest name, for an activation that does not exist. */
export function checkActivation(layer: string, name: unknown): asserts name is ActivationName {
  if (typeof name === "string" && Object.hasOwn(activations, name)) return;
  const hint = nearest(name, Object.keys(activations));
  throw new ArgumentError(
    `${layer}: unknown activation ${written(name)}${hint ? `, did you mean "${hint}"?` : "."} One of ${Object.keys(activations).join(", ")}.`,
  );
}

/** Whether an activation is computed on f16; softmax is not. */
export function halfActivation(name: ActivationName): boolean {
  return name !== "softmax";
}

/** Element type of what a layer computes before the activation `rest`; undefined for that of its input. */
export function outputType(mixed: Mixed | undefined, rest: ActivationName): RealType | undefined {
  return mixed && (halfActivation(rest) ? mixed.output : "f32");
}

export function activate(x: Tensor, name: ActivationName): Tensor {
  return activations[name](x);
}

/** Splits an activation into the part that dense and conv2d apply themselves and what is left to do after them. */
export function fuse(name: ActivationName): { fused: FusedActivation; rest: ActivationName } {
  if (name === "relu" || name === "sigmoid" || name === "tanh") return { fused: name, rest: "linear" };
  return { fused: "linear", rest: name };
}
