/** @file The derivatives of fused activations, as the references of fused gradients need them. */
import type { FusedActivation } from "../../kernels/elementwise/fused-activation.ts";

/** The derivative of an activation from its output; there is none at NaN. */
export function slopeOf(activation: FusedActivation, output: number): number {
  if (activation === "linear") return 1;
  if (Number.isNaN(output)) return output;
  if (activation === "relu") return output > 0 ? 1 : 0;
  return activation === "sigmoid" ? output * (1 - output) : 1 - output * output;
}
