/** @file Whether a peer computed the same training step as wgrad: timing anything else is pointless. */
import { type Job, sizeOf } from "./job.ts";
import type { Outcome } from "./time-steps.ts";

/** Relative; float32 sums in another order give 1e-6 or so. */
const firstLossTolerance = 1e-4;
/** After updates of the weights rounding grows. */
const laterLossTolerance = 1e-2;
/** TensorFlow.js's adagrad has its epsilon under the root: another update where gradients are small. */
const otherUpdates = /^tensorflow.* svhn-c$/;
/** Dropout draws other numbers in every library. */
const dropoutTolerance = 0.3;
/** The fewest steps after which the loss of a fixed batch must have fallen. */
const settledSteps = 8;

/** What every peer should find. */
export interface Expectation {
  /** the first ones: wgrad's, or those of a float64 product */
  readonly losses: readonly number[];
  /** in wgrad the loss fell; with a learning rate of 1 some rise on samples of noise */
  readonly falls: boolean;
}

export function expectationFrom({ losses, lastLoss }: Outcome): Expectation {
  return { losses, falls: lastLoss < losses[0]! };
}

/** Returns what is wrong. Without an expectation the losses need only be finite. */
export function findFault(
  peer: string,
  job: Job,
  outcome: Outcome,
  expected: Expectation | undefined,
): string | undefined {
  const parameters = job.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (outcome.parameters !== parameters) {
    return `another network: ${outcome.parameters} parameters, not ${parameters}`;
  }
  const { losses, lastLoss, steps } = outcome;
  const broken = [...losses, lastLoss].find((loss) => !Number.isFinite(loss));
  if (broken !== undefined) return `the loss became ${broken}`;
  if (expected?.falls && steps >= settledSteps && lastLoss >= losses[0]!) {
    return `the loss did not fall: ${losses[0]} at first, ${lastLoss} after ${steps} steps`;
  }
  for (const [step, loss] of losses.entries()) {
    const wanted = expected?.losses[step];
    if (wanted === undefined) continue;
    if (step > 0 && (job.dropout || otherUpdates.test(`${peer} ${job.workload}`))) break;
    const plain = step === 0 ? firstLossTolerance : laterLossTolerance;
    const tolerance = job.dropout ? dropoutTolerance : plain;
    if (Math.abs(loss - wanted) > tolerance * Math.abs(wanted)) {
      return `computes something else: loss ${loss} at step ${step}, not ${wanted}`;
    }
  }
  return undefined;
}
