/** @file Activations that dense and conv2d apply in their epilogue: those whose derivative follows from the output. */
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";

/** Activations that dense() and conv2d() apply in the kernel that makes the product. */
export type FusedActivation = "linear" | "relu" | "sigmoid" | "tanh";

/** Values of the shaders' `const ACTIVATION: u32`. */
export const fusedActivationCodes: Readonly<Record<FusedActivation, number>> = {
  linear: 0,
  relu: 1,
  sigmoid: 2,
  tanh: 3,
};

/** Throws ArgumentError for an activation that cannot be fused. */
export function checkFusedActivation(op: string, activation: unknown): void {
  if (typeof activation === "string" && Object.hasOwn(fusedActivationCodes, activation)) return;
  const known = Object.keys(fusedActivationCodes).join(", ");
  throw new ArgumentError(`${op}: activation must be one of ${known}, got ${written(activation)}.`);
}
