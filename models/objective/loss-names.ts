/** @file Losses by Keras's names. */

import { ArgumentError, nearest } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { unaryTable } from "../../kernels/elementwise/index.ts";
import { unary } from "../../kernels/elementwise/unary.ts";
import {
  binaryCrossentropy,
  binaryCrossentropyFromLogits,
  categoricalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  type LossOptions,
  type PointwiseRow,
  pointwiseTable,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
} from "../../kernels/losses/index.ts";
import { ownEntry } from "../records.ts";
import { checkNamedOptions, nameWithOptions, type OptionValues, parseName } from "./named-options.ts";

export type LossFunction = (outputs: Tensor, targets: Tensor, options: LossOptions) => Tensor;

export interface Loss {
  readonly name: string;
  readonly compute: LossFunction;
  /** takes class labels; the others take rows of the output's shape (one-hot for labels) */
  readonly sparse: boolean;
  /** has a value for every row of classes, of which a sample may have several; the others have one per sample */
  readonly rows: boolean;
}

/** A loss by name; `options` are those that its name may carry: huber(delta=2). */
interface LossRow extends Omit<Loss, "name" | "compute"> {
  readonly options?: readonly string[];
  readonly compute: (values: OptionValues) => LossFunction;
  /** what the loss is with these options, where that is another one */
  readonly instead?: (values: OptionValues) => string | undefined;
}

const over = (rows: boolean, sparse = false) => ({ rows, sparse });

/** Targets moved towards `share` of each class: Keras's label smoothing. */
function smoothed(loss: LossFunction, { labelSmoothing }: OptionValues, share: (classes: number) => number) {
  const amount = Number(labelSmoothing ?? 0);
  if (!(amount >= 0 && amount <= 1))
    throw new ArgumentError(`compile: labelSmoothing must be from 0 to 1, got ${written(labelSmoothing)}.`);
  if (amount === 0) return loss;
  const smooth = (targets: Tensor) =>
    unary("labelSmoothing", unaryTable.affine, targets, 1 - amount, amount * share(targets.shape.at(-1)!));
  return (outputs: Tensor, targets: Tensor, options: LossOptions) => loss(outputs, smooth(targets), options);
}

const even = (classes: number) => 1 / classes;
const half = () => 0.5;
const crossentropyOptions = ["fromLogits", "labelSmoothing"];
const fromLogits = (name: string) => (values: OptionValues) =>
  values.fromLogits === true ? name : undefined;

const losses: Readonly<Record<string, LossRow>> = {
  ...Object.fromEntries(
    Object.values<PointwiseRow>(pointwiseTable).map(({ op, names, parameters = {} }): [string, LossRow] => [
      names[0]!,
      {
        compute: (values) => (outputs, targets, options) => op(outputs, targets, { ...values, ...options }),
        options: Object.keys(parameters),
        ...over(false),
      },
    ]),
  ),
  categorical_crossentropy: {
    compute: (values) => smoothed(categoricalCrossentropy, values, even),
    options: crossentropyOptions,
    instead: fromLogits("softmax_crossentropy"),
    ...over(true),
  },
  sparse_categorical_crossentropy: {
    compute: () => sparseCategoricalCrossentropy,
    options: ["fromLogits"],
    instead: fromLogits("sparse_softmax_crossentropy"),
    ...over(true, true),
  },
  softmax_crossentropy: {
    compute: (values) => smoothed(softmaxCrossEntropy, values, even),
    options: crossentropyOptions,
    ...over(true),
  },
  sparse_softmax_crossentropy: {
    compute: () => softmaxCrossEntropy,
    options: ["fromLogits"],
    ...over(true, true),
  },
  binary_crossentropy: {
    compute: (values) => smoothed(binaryCrossentropy, values, half),
    options: crossentropyOptions,
    instead: fromLogits("binary_crossentropy_from_logits"),
    ...over(false),
  },
  binary_crossentropy_from_logits: {
    compute: (values) => smoothed(binaryCrossentropyFromLogits, values, half),
    options: crossentropyOptions,
    ...over(false),
  },
  cosine_similarity: { compute: () => cosineSimilarity, ...over(true) },
  categorical_hinge: { compute: () => categoricalHinge, ...over(true) },
};

/** Keras's names of the losses. */
export const lossNames: readonly string[] = Object.keys(losses);

/** The other names that Keras has for some. */
const lossAliases: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values<PointwiseRow>(pointwiseTable).flatMap(({ names }) =>
    names.slice(1).map((name) => [name, names[0]!]),
  ),
);

/** The loss of that name, which may carry options. Throws ArgumentError, with the nearest name, if there is none. */
export function lossNamed(text: string): Loss {
  const { name, options } = parseName(text);
  const asked = ownEntry(lossAliases, name) ?? name;
  const full = ownEntry(losses, asked)?.instead?.(options) ?? asked;
  const found = ownEntry(losses, full);
  if (!found) throw unknownName("loss", text, [...lossNames, ...Object.keys(lossAliases)]);
  checkNamedOptions(asked, options, losses[asked]!.options ?? []);
  const { compute, rows, sparse } = found;
  return { name: full, compute: compute(options), rows, sparse };
}

/** Whether there is a loss of that name, options aside. */
export function isLossName(text: string): boolean {
  const { name } = parseName(text);
  return ownEntry(losses, ownEntry(lossAliases, name) ?? name) !== undefined;
}

/** The same loss by the first of its names, with its options. Throws ArgumentError as lossNamed() does. */
export function firstLossName(text: string): string {
  lossNamed(text);
  const { name, options } = parseName(text);
  return nameWithOptions(ownEntry(lossAliases, name) ?? name, options);
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
