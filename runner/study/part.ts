/** @file What a study says of a network that it trains, and what it gets back. */
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { Callback } from "../../models/callbacks/callback.ts";
import type { DataSource } from "../../models/data/batches.ts";
import type { History } from "../../models/fit/history.ts";
import type { Model } from "../../models/model.ts";

export type PartOptions = PartTraining & Evaluated;

/**
 * Test images as the model is trained to take them: evaluated after every epoch as well (with the accuracies come the
 * errors of all sets), or only by `wgrad evaluate`.
 */
type Evaluated =
  | { readonly test: DataSource }
  | { readonly test?: never; readonly evaluation: () => DataSource | Promise<DataSource> };

interface PartTraining {
  readonly model: Model;
  readonly optimizer: Optimizer;
  /** binary_crossentropy unless given */
  readonly loss?: string;
  readonly metrics?: Readonly<Record<string, string>>;
  readonly data: DataSource;
  readonly validation?: DataSource;
  /** those of the run unless given */
  readonly epochs?: number;
  /** that of the run unless given */
  readonly batch?: number;
  /** weights to start from, by path; the others are drawn */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** what else decides the result: the same part of another run must agree in it */
  readonly about?: Readonly<Record<string, string | number | boolean>>;
  readonly callbacks?: readonly Callback[];
  /** hundreds of short epochs: no line and no checkpoint for each, so that a stopped part begins again */
  readonly quiet?: boolean;
  /** experiments whose finished runs may hold this part */
  readonly reuse?: readonly string[];
  /** how the same part of a full run differs, for an estimate of its time */
  readonly inFull?: PartInFull;
}

export interface PartInFull {
  /** those of the full profile unless given */
  readonly epochs?: number;
  /** of its network; those it has unless given */
  readonly parameters?: number;
  /** it sees no more images in a full run */
  readonly sameImages?: boolean;
}

export interface TrainedPart {
  readonly name: string;
  readonly model: Model;
  readonly history: History;
  /** of training, without evaluation */
  readonly seconds: number;
  /** name and learning rate */
  readonly optimizer: string;
  readonly loss: string;
  /** the run that it was loaded from */
  readonly from?: string;
  readonly inFull: PartInFull;
}
