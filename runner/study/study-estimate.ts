/** @file How long the parts of a quick run of a study would train in full. */
import type { TrainedPart } from "./part.ts";

/** What decides the time of a part, as far as it was trained. */
export type TimedPart = Pick<TrainedPart, "history" | "seconds" | "inFull"> & {
  readonly model: Pick<TrainedPart["model"], "parameterCount">;
};

/** A full run: how many times as many images, and its epochs unless a part has its own. */
export interface FullRun {
  readonly images: number;
  readonly epochs: number;
}

/** In seconds. Both are the same where every network has its full size. */
export interface Estimate {
  /** as if a larger network took no longer: the time of a launch */
  readonly least: number;
  /** as if it took longer in proportion to its parameters: a larger one runs at a better rate */
  readonly most: number;
}

/** By images, epochs and, where a part has a larger network in full, its parameters. */
export function estimateInFull(parts: readonly TimedPart[], full: FullRun): Estimate {
  let [least, most] = [0, 0];
  for (const { inFull, model, ...part } of parts) {
    const images = inFull.sameImages ? 1 : full.images;
    const seconds = secondsPerEpoch(part) * images * (inFull.epochs ?? full.epochs);
    least += seconds;
    most += (seconds * (inFull.parameters ?? model.parameterCount)) / model.parameterCount;
  }
  return { least, most };
}

/** The median epoch: the first compiles kernels. */
function secondsPerEpoch({ history, seconds }: Pick<TimedPart, "history" | "seconds">): number {
  const epochs = (history.history.seconds ?? []).filter((value): value is number => value !== null);
  return epochs.sort((a, b) => a - b)[Math.floor((epochs.length - 1) / 2)] ?? seconds;
}
