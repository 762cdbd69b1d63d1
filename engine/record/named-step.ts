/** @file A training step whose launches are recorded and whose tensors have names: what a model offers, and lessons look at. */
import type { Tensor } from "../tensor.ts";
import type { LaunchRecord } from "./launch-record.ts";

/** A tensor of a step that has a name: what addresses begin with. The tensor itself may be released: the record has its memory. */
export interface NamedTensor {
  /** conv2d_1/kernel, conv2d_1 (the layer's output; `conv2d_1:1` of its second use), input, target, loss */
  readonly name: string;
  readonly kind: "weight" | "output" | "input" | "target" | "loss";
  readonly tensor: Tensor;
  /** undefined: none comes here, as to what is frozen or is no part of the loss */
  readonly gradient: Tensor | undefined;
}

/** One number of a named tensor set to another value. */
export interface Change {
  readonly place: NamedTensor;
  /** its index in row-major order */
  readonly at: number;
  readonly value: number;
  /** what it is in the step */
  readonly from: number;
}

export interface NamedStep {
  readonly launches: LaunchRecord;
  readonly places: readonly NamedTensor[];
  /** The loss as the kernels compute it with one number changed, all else being the same. */
  lossWith(change: Change): Promise<number>;
}
