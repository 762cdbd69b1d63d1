/** @file What a gradient check needs to know of an op: example inputs, the op itself and its float64 reference. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Array64 } from "../../kernels/reference.ts";
import type { Draw } from "./draws.ts";

/** An input whose gradient is checked. */
export interface CheckedInput {
  readonly name: string;
  readonly shape: Shape;
  readonly draw: Draw;
}

/** One use of an op, small enough that every element of every gradient is checked. */
export interface GradcheckCase {
  /** options and sizes in a few words */
  readonly label: string;
  readonly inputs: readonly CheckedInput[];
  /** on the GPU; gets one tensor per input */
  run(...inputs: Tensor[]): Tensor;
  /** the same in float64, forward only; the elements of the result in the order of the GPU's */
  reference(...inputs: Array64[]): Array64;
}

/** An op with the cases in which its gradients are checked. */
export interface CheckedOp {
  /** the function's name with hyphens: max-pool2d for maxPool2d */
  readonly name: string;
  /** how the inputs avoid places without a derivative, for ops that have some */
  readonly note?: string;
  readonly cases: readonly GradcheckCase[];
}

/** Ops listed under one heading. */
export interface OpFamily {
  readonly title: string;
  readonly ops: readonly CheckedOp[];
}
