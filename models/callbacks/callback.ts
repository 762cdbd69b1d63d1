/** @file Callbacks: what happens around epochs. Kept state survives a checkpoint, so a resumed run goes on the same. */

import type { NumericError } from "../../engine/errors.ts";
import type { CallbackState, KeptWeights, TrainingSnapshot } from "../checkpoint/snapshot.ts";
import { jsonCopy } from "../exact-json.ts";
import type { History, Logs } from "../fit/history.ts";
import type { LayerNorms } from "../fit/step-norms.ts";
import type { Network } from "../network.ts";
import { ownEntry } from "../records.ts";
import { requireMap } from "../variable.ts";

export type { CallbackState, KeptWeights };

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

/** What a single step did. */
export interface StepRecord extends LayerNorms {
  /** from 0 */
  readonly epoch: number;
  /** within the epoch, from 0 */
  readonly batch: number;
  /** batches before it, of all epochs */
  readonly step: number;
  /** loss and metrics of its batch, before the update */
  readonly logs: Logs;
}

/** What a callback may look at and change. */
export interface FitControl {
  readonly model: Network;
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
  /** before the first epoch, also of a fit that goes on from a snapshot */
  onTrainBegin?(control: FitControl): void | Promise<void>;
  /** before the first step of an epoch */
  onEpochBegin?(epoch: number, control: FitControl): void | Promise<void>;
  /** about every 100 ms, between two steps */
  onProgress?(progress: Progress, control: FitControl): void;
  /**
   * Every step since the last call, about every 100 ms and at the end of an epoch. A fit with such a callback measures norms at each
   * step, on the GPU.
   */
  onSteps?(steps: readonly StepRecord[], control: FitControl): void | Promise<void>;
  /** `logs` may be extended: what is added appears in the history */
  onEpochEnd?(epoch: number, logs: Logs, control: FitControl): void | Promise<void>;
  /** after the last epoch, unless fit() failed or was interrupted */
  onTrainEnd?(control: FitControl): void | Promise<void>;
  /** training stops between two steps, within an epoch; snapshot() tells where */
  onInterrupt?(control: FitControl): void | Promise<void>;
  /** a loss or a gradient was not finite, training halted before its update; true ends training without an error */
  onNumericError?(error: NumericError, control: FitControl): boolean;
  /** true for callbacks that save snapshots: their onEpochEnd runs last, when the epoch is in the history */
  readonly savesTraining?: boolean;
  /** what loadState() shall get after an interruption: plain data */
  saveState?(): CallbackState;
  /** called before training: with {} for a fresh start */
  loadState?(state: CallbackState): void;
  /** saved beside the state */
  saveWeights?(): KeptWeights | undefined;
  /** called after loadState where training goes on from a snapshot: with none if none were kept */
  loadWeights?(weights: KeptWeights): void;
}

/** What callbacks keep over an interruption: by the callback's name, `name 2` for the second of a name, ... */
export interface CallbackMemory {
  readonly states: Readonly<Record<string, CallbackState>>;
  readonly weights: ReadonlyMap<string, KeptWeights>;
}

/** Copies: what callbacks do later does not change it. Throws ArgumentError for a state that JSON cannot hold. */
export function saveCallbacks(callbacks: readonly Callback[]): CallbackMemory {
  const states: [string, CallbackState][] = [];
  const weights = new Map<string, KeptWeights>();
  for (const [key, callback] of keyed(callbacks)) {
    states.push([key, jsonCopy(`fit: the state of the callback ${key}`, callback.saveState?.() ?? {})]);
    const kept = callback.saveWeights?.();
    if (kept === undefined) continue;
    requireMap(`fit: the callback ${key}`, kept);
    weights.set(key, new Map(kept));
  }
  return { states: Object.fromEntries(states), weights };
}

/** Hands every callback its part of the memory; without one, all start afresh. */
export function loadCallbacks(callbacks: readonly Callback[], memory: CallbackMemory | undefined): void {
  for (const [key, callback] of keyed(callbacks)) {
    const state = memory && ownEntry(memory.states, key);
    callback.loadState?.(jsonCopy(`fit: the state of the callback ${key}`, state ?? {}));
    if (memory) callback.loadWeights?.(memory.weights.get(key) ?? new Map());
  }
}

/** Each callback with a key of its own, that depends on the names and their order only. */
function keyed(callbacks: readonly Callback[]): Map<string, Callback> {
  const byKey = new Map<string, Callback>();
  for (const callback of callbacks) {
    let key = callback.name;
    for (let i = 2; byKey.has(key); i++) key = `${callback.name} ${i}`;
    byKey.set(key, callback);
  }
  return byKey;
}
