/** @file The batch that a training makes its next step with. */
import { identityOrder, shuffled } from "../../models/data/order.ts";
import type { TrainingData } from "./training-data.ts";

/** Which step is looked at. */
export interface Moment {
  /** of all epochs, from 0 */
  readonly step: number;
  readonly batchSize: number;
  /** of the order of the samples; undefined: they stay as they are */
  readonly seed: number | undefined;
}

/** As fit() takes it: in the order of its epoch. */
export function batchAt({ training }: Pick<TrainingData, "training">, moment: Moment) {
  const indices = training.indices ?? identityOrder(training.dataset.count);
  const batchSize = Math.min(moment.batchSize, indices.length);
  const perEpoch = Math.ceil(indices.length / batchSize);
  const epoch = Math.floor(moment.step / perEpoch);
  const order = moment.seed === undefined ? indices : shuffled(indices, moment.seed, epoch);
  return { batchSize, batch: moment.step % perEpoch, epoch, order };
}
