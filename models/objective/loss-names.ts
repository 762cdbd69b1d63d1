/** @file Losses by Keras's names. */

import { ArgumentError, nearest } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  type LossOptions,
  meanAbsoluteError,
  meanSquaredError,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
} from "../../kernels/losses/index.ts";
import { ownEntry } from "../records.ts";

export type LossFunction = (outputs: Tensor, targets: Tensor, options: LossOptions) => Tensor;

export interface Loss {
  readonly name: string;
  readonly compute: LossFunction;
  /** takes class labels; the others take rows of the output's shape (one-hot for labels) */
  readonly sparse: boolean;
  /** has a value for every row of classes, of which a sample may have several; the others have one per sample */
  readonly rows: boolean;
}

const over = (rows: boolean, sparse = false) => ({ rows, sparse });
const losses: Readonly<Record<string, Omit<Loss, "name">>> = {
  categorical_crossentropy: { compute: categoricalCrossentropy, ...over(true) },
  sparse_categorical_crossentropy: { compute: sparseCategoricalCrossentropy, ...over(true, true) },
  softmax_crossentropy: { compute: softmaxCrossEntropy, ...over(true) },
  binary_crossentropy: { compute: binaryCrossentropy, ...over(false) },
  mean_squared_error: { compute: meanSquaredError, ...over(false) },
  mean_absolute_error: { compute: meanAbsoluteError, ...over(false) },
};

/** Keras's names of the losses. */
export const lossNames: readonly string[] = Object.keys(losses);

const lossAliases: Readonly<Record<string, string>> = {
  mse: "mean_squared_error",
  mae: "mean_absolute_error",
};

/** The loss of that name. Throws ArgumentError, with the nearest name, if there is none. */
export function lossNamed(name: string): Loss {
  const full = ownEntry(lossAliases, name) ?? name;
  const found = ownEntry(losses, full);
  if (!found) throw unknownName("loss", name, [...lossNames, ...Object.keys(lossAliases)]);
  return { name: full, ...found };
}

/** Values of a loss per sample. */
export function rowsPerSample({ rows }: Loss, outputs: Tensor): number {
  return rows ? sizeOf(outputs.shape.slice(1, -1)) : 1;
}

/** For a loss or metric that compile() does not know. */
export function unknownName(what: string, name: string, known: readonly string[]): ArgumentError {
  const hint = nearest(name, known);
  return new ArgumentError(
    `compile: unknown ${what} ${written(name)}${hint ? `, did you mean "${hint}"?` : "."} One of ${known.join(", ")}.`,
  );
}
