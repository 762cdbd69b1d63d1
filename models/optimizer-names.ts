/** @file Optimizers by name, for compile({ optimizer: "adam" }) and for files. */
import { ArgumentError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  nadam,
  type Optimizer,
  rmsprop,
  sgd,
} from "../kernels/optimizers/index.ts";
import { choiceByName, type KerasObject, madeFor } from "./named.ts";

/** Each makes an optimizer from options by their names. */
export const optimizersByName = { sgd, rmsprop, adagrad, adadelta, adam, adamw, adamax, nadam } as const;

/** Names of the optimizers that compile() takes. */
export type OptimizerName = keyof typeof optimizersByName;

/** What compile() takes: made by adam() or another, "adam" with its defaults, or a description with options. */
export type OptimizerChoice =
  | Optimizer
  | OptimizerName
  | ({ readonly name: OptimizerName } & Readonly<Record<string, unknown>>)
  | KerasObject;

/** Keras's names, camel-cased, where this house has others. */
const kerasNames = {
  clipnorm: "clipNorm",
  clipvalue: "clipValue",
  lr: "learningRate",
  initialAccumulatorValue: "initialAccumulator",
};

/** The optimizer that is meant. Throws ArgumentError with `where` at its head. */
export function optimizer(choice: OptimizerChoice, where = "optimizer"): Optimizer {
  if (isOptimizer(choice)) return choice;
  const found = choiceByName(where, "optimizer", choice, optimizersByName, kerasNames);
  if (found) return madeFor(where, () => optimizersByName[found.name](found.options));
  const wanted = 'made by sgd(), adam() or another of the optimizers, or be a name as "adam"';
  throw new ArgumentError(`${where}: optimizer must be ${wanted}, got ${written(choice)}.`);
}

function isOptimizer(choice: unknown): choice is Optimizer {
  return typeof choice === "object" && typeof (choice as Optimizer | null)?.apply === "function";
}
