/** @file Regularizers: penalties on large weights or activations that are added to the loss, by Keras's names. */
import { ArgumentError } from "../engine/errors.ts";
import { checkOption, written } from "../engine/options.ts";

/** l1 * sum |x| + l2 * sum x^2, over the elements x of a weight or of a layer's output. */
export interface Regularizer {
  readonly l1: number;
  readonly l2: number;
}

/** Penalties that layers with a kernel and a bias take. */
export interface WeightRegularizers {
  readonly kernelRegularizer?: Regularizer;
  readonly biasRegularizer?: Regularizer;
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

/** Throws ArgumentError unless `value` is a penalty, as l1(), l2() and l1l2() make it; `option` is what it was given as. */
export function checkRegularizer(layer: string, option: string, value: unknown): void {
  const { l1, l2 } = (value ?? {}) as Partial<Regularizer>;
  if ([l1, l2].every((factor) => typeof factor === "number" && factor >= 0 && Number.isFinite(factor)))
    return;
  throw new ArgumentError(`${layer}: ${option} must be made by l1(), l2() or l1l2(), got ${written(value)}.`);
}

function checked(name: string, regularizer: Regularizer): Regularizer {
  for (const factor of [regularizer.l1, regularizer.l2])
    checkOption(name, "a factor", factor, () => factor >= 0, "0 or above");
  return regularizer;
}
