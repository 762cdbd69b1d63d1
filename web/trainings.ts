/** @file Two trainings of one experiment and seed: which steps and epochs both have, and whether their bits are equal. */
import type { EpochPoint, StepPoint } from "./worker/protocol.ts";

export interface TrainedRun {
  readonly steps: readonly Pick<StepPoint, "step" | "loss">[];
  readonly epochs: readonly Pick<EpochPoint, "epoch" | "hash">[];
}

export interface TrainingComparison {
  /** that both have done */
  readonly steps: number;
  /** the first step whose losses differ, and both of them */
  readonly firstDifference:
    | { readonly step: number; readonly loss: number; readonly other: number }
    | undefined;
  /** epochs whose weights both have a hash of */
  readonly epochs: readonly {
    readonly epoch: number;
    readonly hash: string;
    readonly other: string | undefined;
  }[];
}

/** Holds a training against another, number by number; NaN equals NaN. */
export function compareTrainings(run: TrainedRun, other: TrainedRun): TrainingComparison {
  const losses = new Map(other.steps.map(({ step, loss }) => [step, loss]));
  const both = run.steps.filter(({ step }) => losses.has(step));
  const first = both.find(({ step, loss }) => !Object.is(loss, losses.get(step)));
  const hashes = new Map(other.epochs.map(({ epoch, hash }) => [epoch, hash]));
  return {
    steps: both.length,
    firstDifference: first && { step: first.step, loss: first.loss, other: losses.get(first.step)! },
    epochs: run.epochs.flatMap(({ epoch, hash }) =>
      hash === undefined ? [] : [{ epoch, hash, other: hashes.get(epoch) }],
    ),
  };
}
