/** @file Bias and activation as ops of their own: what fused kernels do in the launch that computes y. */
import type { Tensor } from "../../engine/tensor.ts";
import { add } from "./binary.ts";
import { cast } from "./cast.ts";
import type { FusedActivation } from "./fused-activation.ts";
import type { RealType } from "./real-type.ts";
import { relu, sigmoid, tanh } from "./unary-table.ts";

const activations = { linear: (x: Tensor) => x, relu, sigmoid, tanh };

/** activation(y + bias), of y's shape and element type. `bias`: one number for each entry of y's last axis. */
export function biasAndActivation(
  y: Tensor,
  bias: Tensor | undefined,
  activation: FusedActivation = "linear",
): Tensor {
  const sum = bias ? cast(add(y, bias), y.dtype as RealType) : y;
  return activations[activation](sum);
}
