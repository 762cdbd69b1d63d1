/** @file ReduceLROnPlateau: a smaller learning rate when a quantity has stopped getting better. */
import { checkOption, checkOptionNames, type OptionNames } from "../../engine/options.ts";
import type { Logs } from "../fit/history.ts";
import type { Callback, CallbackState, FitControl } from "./callback.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { anyNumber, count, freshState, parseState } from "./state.ts";

/** Options of ReduceLROnPlateau(), by Keras's names. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** the rate is multiplied by it; less than 1. Default 0.1 */
  readonly factor?: number;
  /** epochs in a row without improvement before the rate falls. Default 10 */
  readonly patience?: number;
  /** a change of at most this much is no improvement. Default 1e-4 */
  readonly minDelta?: number;
  /** epochs after a fall in which none is counted. Default 0 */
  readonly cooldown?: number;
  /** the rate never falls below. Default 0 */
  readonly minLr?: number;
}

const optionNames: OptionNames<ReduceLROnPlateauOptions> = {
  monitor: true,
  mode: true,
  factor: true,
  patience: true,
  minDelta: true,
  cooldown: true,
  minLr: true,
};

const fields = {
  best: anyNumber,
  wait: count,
  /** epochs of the cooldown that are left */
  cooldown: count,
};

const label = "ReduceLROnPlateau";

export class ReduceLROnPlateauCallback implements Callback {
  readonly name = label;
  readonly #monitor: Monitor;
  readonly #options: Required<Omit<ReduceLROnPlateauOptions, keyof MonitorOptions>>;
  #state = freshState(fields);

  constructor(options: ReduceLROnPlateauOptions) {
    checkOptionNames(label, options, optionNames);
    const { factor = 0.1, patience = 10, minDelta = 1e-4, cooldown = 0, minLr = 0 } = options;
    checkOption(label, "factor", factor, () => factor >= 0 && factor < 1, "0 or more and less than 1");
    for (const [option, count] of Object.entries({ patience, cooldown })) {
      checkOption(
        label,
        option,
        count,
        () => Number.isInteger(count) && count >= 0,
        "a whole number of epochs",
      );
    }
    for (const [option, value] of Object.entries({ minDelta, minLr })) {
      checkOption(label, option, value, () => value >= 0, "0 or more");
    }
    this.#monitor = new Monitor(label, options);
    this.#options = { factor, patience, minDelta, cooldown, minLr };
  }

  onEpochEnd(_epoch: number, logs: Logs, control: FitControl): void {
    logs.lr = control.learningRate;
    const value = this.#monitor.read(logs);
    const { factor, patience, minDelta, cooldown, minLr } = this.#options;
    const state = this.#state;
    if (state.cooldown > 0) state.cooldown--;
    if (this.#monitor.improves(value, state.best, minDelta)) {
      state.best = value;
      state.wait = 0;
    } else if (state.cooldown === 0) {
      state.wait++;
      if (state.wait < patience || control.learningRate <= minLr) return;
      control.learningRate = Math.max(control.learningRate * factor, minLr);
      state.cooldown = cooldown;
      state.wait = 0;
    }
  }

  saveState(): CallbackState {
    return { ...this.#state };
  }

  loadState(state: CallbackState): void {
    this.#state = parseState(label, fields, state);
  }
}

/**
 * Keras's ReduceLROnPlateau, by the rule of Keras 2.1.3 and later. Adds each epoch's rate to the history as `lr`. A
 * quantity that an epoch does not report is an error and no warning.
 */
export function ReduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): ReduceLROnPlateauCallback {
  return new ReduceLROnPlateauCallback(options);
}
