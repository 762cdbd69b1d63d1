/** @file Regularizers: penalties on large weights or activations that are added to the loss, by Keras's names. */
import { ArgumentError } from "../engine/errors.ts";
import { checkNames, checkOption, written } from "../engine/options.ts";
import { choiceByName, type KerasObject, madeFor } from "./named.ts";
import { isRecord } from "./records.ts";

/** l1 * sum |x| + l2 * sum x^2, over the elements x of a weight or of a layer's output. */
export interface Regularizer {
  readonly l1: number;
  readonly l2: number;
}

/** What layers take: l2(0.001), "l2" with its default factor, or Keras's description. */
export type RegularizerChoice = Regularizer | "l1" | "l2" | "l1l2" | "l1_l2" | KerasObject;

/** Penalties that layers with a kernel and a bias take. */
export interface WeightRegularizers {
  readonly kernelRegularizer?: RegularizerChoice;
  readonly biasRegularizer?: RegularizerChoice;
}

/** factor * sum |x|. Throws ArgumentError for a factor below 0. */
export function l1(factor = 0.01): Regularizer {
  return checked("l1", { l1: factor, l2: 0 });
}

/** factor * sum x^2. Throws ArgumentError for a factor below 0. */
export function l2(factor = 0.01): Regularizer {
  return checked("l2", { l1: 0, l2: factor });
}

/** The sum of both penalties; Keras's l1_l2. Throws ArgumentError for a factor below 0. */
export function l1l2(absolute = 0.01, square = 0.01): Regularizer {
  return checked("l1l2", { l1: absolute, l2: square });
}

const byName = {
  l1: ({ l1: factor }: Partial<Regularizer>) => l1(factor),
  l2: ({ l2: factor }: Partial<Regularizer>) => l2(factor),
  l1l2: (factors: Partial<Regularizer>) => l1l2(factors.l1, factors.l2),
};

/** The penalty that is meant. Throws ArgumentError with `where` at its head. */
export function regularizer(choice: RegularizerChoice, where = "regularizer"): Regularizer {
  if (isRecord(choice) && "l1" in choice && "l2" in choice) return pair(choice, where);
  const found = choiceByName(where, "regularizer", choice, byName);
  if (!found) {
    throw new ArgumentError(
      `${where} must be made by l1(), l2() or l1l2(), or be a name of these, got ${written(choice)}.`,
    );
  }
  checkNames(`${where}: ${found.name}`, found.options, found.name === "l1l2" ? ["l1", "l2"] : [found.name]);
  return madeFor(where, () => byName[found.name](found.options));
}

function pair(choice: Readonly<Record<string, unknown>>, where: string): Regularizer {
  checkNames(where, choice, ["l1", "l2"]);
  return madeFor(where, () => checked("l1l2", { l1: choice.l1 as number, l2: choice.l2 as number }));
}

function checked(name: string, regularizer: Regularizer): Regularizer {
  for (const factor of [regularizer.l1, regularizer.l2])
    checkOption(name, "a factor", factor, () => factor >= 0, "0 or above");
  return regularizer;
}
