/** @file EarlyStopping: ends training when a quantity has stopped getting better. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkOption, checkOptionNames, type OptionNames, written } from "../../engine/options.ts";
import type { Logs } from "../fit/history.ts";
import type { Callback, CallbackState, FitControl, KeptWeights } from "./callback.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { anyNumber, count, countOrNull, freshState, parseState } from "./state.ts";

/** Options of EarlyStopping(), by Keras's names. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** a change of at most this much is no improvement. Default 0 */
  readonly minDelta?: number;
  /** training ends after this many epochs in a row without improvement. Default 0 */
  readonly patience?: number;
  /** what has to be improved on at first */
  readonly baseline?: number;
  /** epochs before this one (from 0) are not looked at. Default 0 */
  readonly startFromEpoch?: number;
  /**
   * true: go back to the weights of the best epoch, but only if training was stopped early, as Keras does. "always": also
   * when training ran through all epochs. Default false
   */
  readonly restoreBestWeights?: boolean | "always";
}

const optionNames: OptionNames<EarlyStoppingOptions> = {
  monitor: true,
  mode: true,
  minDelta: true,
  patience: true,
  baseline: true,
  startFromEpoch: true,
  restoreBestWeights: true,
};

const fields = {
  /** value to improve on */
  best: anyNumber,
  /** epochs since it was reached */
  wait: count,
  /** epoch whose weights are kept, and its value */
  bestEpoch: countOrNull,
  bestValue: anyNumber,
  stoppedEpoch: countOrNull,
};

const label = "EarlyStopping";

export class EarlyStoppingCallback implements Callback {
  readonly name = label;
  readonly #monitor: Monitor;
  readonly #options: Required<Omit<EarlyStoppingOptions, keyof MonitorOptions | "baseline">>;
  readonly #baseline: number | null;
  #state = freshState(fields);
  #weights: KeptWeights | undefined;

  constructor(options: EarlyStoppingOptions) {
    checkOptionNames(label, options, optionNames);
    const { minDelta = 0, patience = 0, baseline, startFromEpoch = 0, restoreBestWeights = false } = options;
    checkOption(label, "minDelta", minDelta, () => minDelta >= 0, "0 or more");
    for (const [option, count] of Object.entries({ patience, startFromEpoch })) {
      checkOption(
        label,
        option,
        count,
        () => Number.isInteger(count) && count >= 0,
        "a whole number of epochs",
      );
    }
    if (baseline !== undefined) checkOption(label, "baseline", baseline, () => true, "a number");
    if (![true, false, "always"].includes(restoreBestWeights)) {
      const got = written(restoreBestWeights);
      throw new ArgumentError(`${label}: restoreBestWeights must be true, false or "always", got ${got}.`);
    }
    this.#monitor = new Monitor(label, options);
    this.#options = { minDelta, patience, startFromEpoch, restoreBestWeights };
    this.#baseline = baseline ?? null;
    this.loadState({});
  }

  /** The epoch (from 0) that was the last one because of this callback. */
  get stoppedEpoch(): number | undefined {
    return this.#state.stoppedEpoch ?? undefined;
  }

  /** The best epoch so far, from 0. */
  get bestEpoch(): number | undefined {
    return this.#state.bestEpoch ?? undefined;
  }

  onTrainBegin(control: FitControl): void {
    if (this.#state.stoppedEpoch !== null) this.#stop(control); // resumed from where it had stopped
  }

  async onEpochEnd(epoch: number, logs: Logs, control: FitControl): Promise<void> {
    const value = this.#monitor.read(logs);
    const { startFromEpoch, minDelta, patience, restoreBestWeights } = this.#options;
    if (epoch < startFromEpoch) return;
    const state = this.#state;
    const improved = this.#monitor.improves(value, state.best, minDelta);
    // weights are kept below the baseline, too: else there might be none to go back to
    const belowBaseline = this.#baseline !== null && state.best === this.#baseline;
    if (improved || (belowBaseline && this.#monitor.improves(value, state.bestValue))) {
      Object.assign(state, { bestEpoch: epoch, bestValue: value });
      if (restoreBestWeights !== false) this.#weights = await control.model.getWeights();
    }
    state.wait = improved ? 0 : state.wait + 1;
    if (improved) state.best = value;
    else if (state.wait >= patience) {
      state.stoppedEpoch = epoch;
      this.#stop(control);
      if (restoreBestWeights !== false) this.#restore(control);
    }
  }

  onTrainEnd(control: FitControl): void {
    if (this.#options.restoreBestWeights === "always") this.#restore(control);
  }

  saveState(): CallbackState {
    return { ...this.#state };
  }

  loadState(state: CallbackState): void {
    this.#state = parseState(label, fields, { best: this.#baseline, ...state });
    this.#weights = undefined;
  }

  saveWeights(): KeptWeights | undefined {
    return this.#weights;
  }

  /** Throws ArgumentError if it shall go back to weights that the run before did not keep. */
  loadWeights(weights: KeptWeights): void {
    const { bestEpoch } = this.#state;
    this.#weights = weights.size > 0 ? weights : undefined;
    if (this.#options.restoreBestWeights === false || bestEpoch === null || this.#weights) return;
    throw new ArgumentError(
      `${label}: the checkpoint does not hold the weights of the best epoch so far, epoch ${bestEpoch + 1}: it was written ` +
        "without restoreBestWeights, so resume without it.",
    );
  }

  #stop(control: FitControl): void {
    const { wait, bestEpoch } = this.#state;
    const best = bestEpoch === null ? "" : `, the best was epoch ${bestEpoch + 1}`;
    control.stop(`${this.#monitor.quantity} did not improve in ${wait} epochs${best}`);
  }

  #restore(control: FitControl): void {
    if (this.#weights) control.model.setWeights(this.#weights);
  }
}

/**
 * Keras's EarlyStopping, by the rule of Keras 2.2.3 to 2.3. Differences: a quantity that an epoch does not report is an
 * error and no warning; with a baseline that is never reached the best epoch's weights are kept all the same.
 * Put it before ModelCheckpoint only if the files shall have the restored weights.
 */
export function EarlyStopping(options: EarlyStoppingOptions = {}): EarlyStoppingCallback {
  return new EarlyStoppingCallback(options);
}
