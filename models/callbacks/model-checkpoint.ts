/** @file ModelCheckpoint: the weights of every epoch, or of the best, as safetensors files. */

import { platform } from "#platform";
import { ArgumentError } from "../../engine/errors.ts";
import { checkFlag, checkOption, checkOptionNames, written } from "../../engine/options.ts";
import type { Logs } from "../fit/history.ts";
import { saveWeights } from "../weights/model-weights.ts";
import type { Callback, CallbackState, FitControl } from "./callback.ts";
import { checkTemplate, fillTemplate } from "./file-template.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { anyNumber, count, freshState, parseState } from "./state.ts";

/** Options of ModelCheckpoint(), by Keras's names. */
export interface ModelCheckpointOptions extends MonitorOptions {
  /** write only if the epoch is better than all before. Default false: every epoch is written */
  readonly saveBestOnly?: boolean;
  /** epochs from one file to the next. Default 1 */
  readonly period?: number;
}

const label = "ModelCheckpoint";

const fields = {
  best: anyNumber,
  epochsSinceLastSave: count,
};

export class ModelCheckpointCallback implements Callback {
  readonly name = label;
  readonly #path: string;
  readonly #monitor: Monitor;
  readonly #saveBestOnly: boolean;
  readonly #period: number;
  #state = freshState(fields);

  constructor(path: string, options: ModelCheckpointOptions) {
    checkOptionNames(label, options, { monitor: true, mode: true, saveBestOnly: true, period: true });
    const { saveBestOnly = false, period = 1 } = options;
    if (typeof path !== "string" || path === "") {
      throw new ArgumentError(`${label}: needs the name of a file, got ${written(path)}.`);
    }
    checkTemplate(label, path);
    checkFlag(label, "saveBestOnly", saveBestOnly);
    checkOption(label, "period", period, () => Number.isInteger(period) && period > 0, "a number of epochs");
    this.#path = path;
    this.#monitor = new Monitor(label, options);
    this.#saveBestOnly = saveBestOnly;
    this.#period = period;
  }

  async onEpochEnd(epoch: number, logs: Logs, control: FitControl): Promise<void> {
    const state = this.#state;
    state.epochsSinceLastSave++;
    if (state.epochsSinceLastSave < this.#period) return;
    state.epochsSinceLastSave = 0;
    if (this.#saveBestOnly) {
      const value = this.#monitor.read(logs);
      if (!this.#monitor.improves(value, state.best)) return;
      state.best = value;
    }
    await this.#save(fillTemplate(label, this.#path, { ...logs, epoch: epoch + 1 }), control);
  }

  saveState(): CallbackState {
    return { ...this.#state };
  }

  loadState(state: CallbackState): void {
    this.#state = parseState(label, fields, state);
  }

  async #save(path: string, control: FitControl): Promise<void> {
    await platform.files.makeFolder(platform.files.folderOf(path));
    await saveWeights(control.model, path);
  }
}

/**
 * Keras's ModelCheckpoint, for weights: `loadWeights(model, path)` reads a file. The path may name the epoch, counted
 * from 1, and what it reported: `weights-{epoch:02d}-{val_loss:.2f}.safetensors`. A file appears only when it is whole.
 * To continue training to the same bits, use saveCheckpoints. Throws ArgumentError; fit() rejects with FileError.
 */
export function ModelCheckpoint(path: string, options: ModelCheckpointOptions = {}): ModelCheckpointCallback {
  return new ModelCheckpointCallback(path, options);
}
