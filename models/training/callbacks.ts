/** @file Callbacks: what happens around epochs. Kept state survives a checkpoint, so a resumed run goes on the same. */

import type { Model } from "../model.ts";
import type { History, Logs } from "./history.ts";
import type { TrainingSnapshot } from "./snapshot.ts";

/** JSON-compatible state of a callback. */
export type CallbackState = Record<string, unknown>;

/** Where training stands, for progress displays; at most every 100 ms. */
export interface Progress {
  /** from 0 */
  readonly epoch: number;
  readonly epochs: number;
  /** batches done in this epoch, of `steps` */
  readonly batch: number;
  readonly steps: number;
  readonly samples: number;
  readonly totalSamples: number;
  /** means over the epoch so far */
  readonly logs: Logs;
  /** since the epoch began, without evaluation */
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** What a callback may look at and change. */
export interface FitControl {
  readonly model: Model;
  readonly history: History;
  readonly epochs: number;
  /** before decay; a change counts from the next step on */
  learningRate: number;
  /** ends training after this epoch */
  stop(reason: string): void;
  /** weights, optimizer state and position, to be saved or restored */
  snapshot(): Promise<TrainingSnapshot>;
}

/** Epochs are counted from 0, as in Keras. */
export interface Callback {
  readonly name: string;
  onTrainBegin?(control: FitControl): void | Promise<void>;
  onEpochBegin?(epoch: number, control: FitControl): void | Promise<void>;
  onProgress?(progress: Progress, control: FitControl): void;
  /** `logs` may be extended: what is added appears in the history */
  onEpochEnd?(epoch: number, logs: Logs, control: FitControl): void | Promise<void>;
  onTrainEnd?(control: FitControl): void | Promise<void>;
  /** training stops between two steps, within an epoch; snapshot() tells where */
  onInterrupt?(control: FitControl): void | Promise<void>;
  /** true for callbacks that save snapshots: their onEpochEnd runs last, when the epoch is in the history */
  readonly savesTraining?: boolean;
  saveState?(): CallbackState;
  loadState?(state: CallbackState): void;
}
