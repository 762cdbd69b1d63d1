/** @file How long the parts of a quick run of a study would train in full. */
import type { TrainedPart } from "./study-part.ts";

/** What decides the time of a part, as far as it was trained. */
export type TimedPart = Pick<TrainedPart, "history" | "seconds" | "inFull"> & {
  readonly model: Pick<TrainedPart["model"], "parameterCount">;
};

/** A full run: how many times as many images, and its epochs unless a part has its own. */
export interface FullRun {
  readonly images: number;
  readonly epochs: number;
}

/** Seconds: by images, epochs and, where a part has a larger network in full, by its parameters. That is the most it can be. */
export function estimateInFull(parts: readonly TimedPart[], full: FullRun): number {
  const seconds = parts.map(({ inFull, model, ...part }) => {
    const images = inFull.sameImages ? 1 : full.images;
    const epochs = inFull.epochs ?? full.epochs;
    return secondsPerEpoch(part) * images * epochs * networkGrowth({ inFull, model });
  });
  return seconds.reduce((sum, value) => sum + value, 0);
}

/** Whether its network is larger in full: then the estimate is an upper bound, since a larger one runs at a better rate. */
export function growsInFull(part: Pick<TimedPart, "inFull" | "model">): boolean {
  return networkGrowth(part) > 1;
}

function networkGrowth({ inFull, model }: Pick<TimedPart, "inFull" | "model">): number {
  return (inFull.parameters ?? model.parameterCount) / model.parameterCount;
}

/** The median epoch: the first compiles kernels. */
function secondsPerEpoch({ history, seconds }: Pick<TimedPart, "history" | "seconds">): number {
  const epochs = (history.history.seconds ?? []).filter((value): value is number => value !== null);
  return epochs.sort((a, b) => a - b)[Math.floor((epochs.length - 1) / 2)] ?? seconds;
}
