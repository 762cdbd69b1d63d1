/** @file Runs of this project as docs/results keeps them, with their curves: what there is to see where nothing can be computed. */

import cifar25 from "../docs/results/cifar25-base-full-lavapipe.json" with { type: "json" };
import cifar25Curves from "../docs/results/curves/cifar25-base-full-lavapipe.json" with { type: "json" };
import svhnCurves from "../docs/results/curves/svhn-c-quick-lavapipe.json" with { type: "json" };
import svhn from "../docs/results/svhn-c-quick-lavapipe.json" with { type: "json" };
import type { SavedResult } from "../runner/store/schemas.ts";

export interface RecordedRun {
  readonly result: SavedResult;
  /** by Keras's names, one number an epoch */
  readonly curves: Readonly<Record<string, readonly number[]>>;
}

export const recordedRuns: readonly RecordedRun[] = [
  { result: svhn as SavedResult, curves: svhnCurves },
  { result: cifar25 as SavedResult, curves: cifar25Curves },
];
