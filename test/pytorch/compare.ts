/** @file Holds a run against its repetition in PyTorch. */
import type { SavedHistory } from "../../runner/store/saved-run.ts";

/** One value for each epoch by the names of history.json. */
export type Curves = Readonly<Record<string, readonly number[]>>;

/** What repeat.py prints. */
export interface Repeated {
  readonly versions: Readonly<Record<string, string>>;
  readonly evaluated: { readonly loss: number; readonly accuracy: number };
  readonly history?: Curves;
  /** from initial weights that differ by a millionth */
  readonly twins?: readonly Curves[];
}

export interface Check {
  readonly name: string;
  readonly wgrad: number;
  readonly pytorch: number;
  readonly difference: number;
  readonly allowed: number;
}

/** Of loss and accuracy of trained weights: issue 5's. */
const evaluationTolerance = 1e-4;
/** Relative, of the training loss of an epoch: it is a mean over all batches, so one of them matters little. */
const lossTolerance = 0.05;
/**
 * Of the largest distance between PyTorch's own trainings, if that is more. Keras's RMSprop begins with steps of three times
 * its rate by the sign of each gradient: what rounds to another sign becomes another network.
 */
const twinDistances = 2;
/** Standard errors that the mean test accuracy over the epochs may differ by: the weights drift apart by rounding. */
const standardErrors = 2;

/** Final weights evaluated in both. */
export function checkEvaluation(
  measured: Readonly<Record<string, number>>,
  { evaluated }: Repeated,
): Check[] {
  return (["loss", "accuracy"] as const).map((name) => {
    const [wgrad, pytorch] = [measured[`test_${name}`] ?? Number.NaN, evaluated[name]];
    const difference = Math.abs(wgrad - pytorch);
    return {
      name: `test ${name} of the final weights`,
      wgrad,
      pytorch,
      difference,
      allowed: evaluationTolerance,
    };
  });
}

/** Curves of both: the training loss of every epoch, and how high the test accuracy stands on average. */
export function checkClimb(own: Curves, { history = {}, twins = [] }: Repeated, testImages: number): Check[] {
  const checks = own.loss!.map((wgrad, i): Check => {
    const pytorch = history.loss?.[i] ?? Number.NaN;
    const distances = twins.map(({ loss }) => Math.abs(loss![i]! - pytorch));
    const allowed = Math.max(lossTolerance * pytorch, twinDistances * Math.max(0, ...distances));
    const difference = Math.abs(wgrad - pytorch);
    return { name: `training loss, epoch ${i + 1}`, wgrad, pytorch, difference, allowed };
  });
  const [wgrad, pytorch] = [mean(own.test_accuracy!), mean(history.test_accuracy ?? [])];
  const allowed = standardErrors * Math.sqrt((pytorch * (1 - pytorch)) / testImages);
  const difference = Math.abs(wgrad - pytorch);
  return [...checks, { name: "test accuracy, mean of the epochs", wgrad, pytorch, difference, allowed }];
}

/** NaN passes nothing. */
export function passes({ difference, allowed }: Check): boolean {
  return difference <= allowed;
}

/** The curves of a history that PyTorch's has too; what is validated on the test set is called test. */
export function curvesOf(history: SavedHistory): Curves {
  const prefix = history.test_accuracy ? "test_" : "val_";
  const numbers = (name: string) => (history[name] ?? []).map((value) => value ?? Number.NaN);
  const curves: Record<string, number[]> = { loss: numbers("loss"), accuracy: numbers("accuracy") };
  for (const name of ["loss", "accuracy"]) {
    curves[`test_${name}`] = numbers(`${prefix}${name}`);
    if (prefix === "test_" && history[`val_${name}`]) curves[`val_${name}`] = numbers(`val_${name}`);
  }
  return curves;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
