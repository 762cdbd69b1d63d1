/** @file Activations in the kernels of other ops: in the epilogue of the op before, and in the gradient of the op behind. */
import { activationOf, type Epilogue } from "../../engine/autodiff/fusion.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { activationGradient } from "./activation-gradient.ts";
import { type FusedActivation, fusedActivationCodes } from "./fused-activation.ts";

/** What a kernel says of the `activation` in its epilogue, of which y is the output. */
export function epilogueOf(y: Tensor, activation: FusedActivation): Epilogue | undefined {
  if (activation === "linear") return undefined;
  return { activation, gradient: (dy) => activationGradient(dy, y, activation) };
}

/** The activation that made `x`, by whose slope an op may multiply the gradient of x; "linear" if there is none. */
export function activationBefore(x: Tensor): FusedActivation {
  const name = activationOf(x) ?? "linear";
  return Object.hasOwn(fusedActivationCodes, name) ? (name as FusedActivation) : "linear";
}
