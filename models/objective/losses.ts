/** @file Keras's loss classes: each gives the name of a loss with its options, for compile(). */
import { checkFlag, checkOption, checkOptionNames } from "../../engine/options.ts";
import { nameWithOptions } from "./named-options.ts";

/** Options of the cross-entropies, by Keras's names. */
export interface CrossentropyOptions {
  /** outputs are logits: the loss applies softmax or sigmoid itself, and is finite for all of them. Default false */
  readonly fromLogits?: boolean;
  /** from 0 to 1: this share of each target is spread evenly over the classes. Default 0 */
  readonly labelSmoothing?: number;
}

/** Keras's CategoricalCrossentropy: `loss: CategoricalCrossentropy({ labelSmoothing: 0.1 })`. */
export function CategoricalCrossentropy(options: CrossentropyOptions = {}): string {
  return crossentropy("CategoricalCrossentropy", "categorical_crossentropy", options);
}

/** Keras's BinaryCrossentropy. Smoothing moves targets towards 0.5. */
export function BinaryCrossentropy(options: CrossentropyOptions = {}): string {
  return crossentropy("BinaryCrossentropy", "binary_crossentropy", options);
}

/** Keras's SparseCategoricalCrossentropy. */
export function SparseCategoricalCrossentropy(
  options: Omit<CrossentropyOptions, "labelSmoothing"> = {},
): string {
  const op = "SparseCategoricalCrossentropy";
  checkOptionNames(op, options, { fromLogits: true });
  checkFlag(op, "fromLogits", options.fromLogits ?? false);
  return nameWithOptions("sparse_categorical_crossentropy", { ...options });
}

/** Keras's Huber: squared up to an error of `delta`, 1 unless given, linear beyond. */
export function Huber(options: { readonly delta?: number } = {}): string {
  checkOptionNames("Huber", options, { delta: true });
  const { delta = 1 } = options;
  checkOption("Huber", "delta", delta, () => delta > 0, "above 0");
  return nameWithOptions("huber", { ...options });
}

function crossentropy(op: string, name: string, options: CrossentropyOptions): string {
  checkOptionNames(op, options, { fromLogits: true, labelSmoothing: true });
  const { fromLogits = false, labelSmoothing = 0 } = options;
  checkFlag(op, "fromLogits", fromLogits);
  const share = () => labelSmoothing >= 0 && labelSmoothing <= 1;
  checkOption(op, "labelSmoothing", labelSmoothing, share, "from 0 to 1");
  return nameWithOptions(name, { ...options });
}
