/** @file LearningRateScheduler: the learning rate of every epoch from a function. */
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Logs } from "../fit/history.ts";
import { checkedRate } from "../schedules.ts";
import type { Callback, CallbackState, FitControl } from "./callback.ts";
import { countOrNull, freshState, parseState } from "./state.ts";

/** The rate of an epoch (from 0), given the one in force: any Schedule is one. */
export type EpochSchedule = (epoch: number, learningRate: number) => number;

const label = "LearningRateScheduler";
/** the epoch whose rate is in force */
const fields = { epoch: countOrNull };

export class LearningRateSchedulerCallback implements Callback {
  readonly name = label;
  readonly #schedule: EpochSchedule;
  #state = freshState(fields);

  constructor(schedule: EpochSchedule) {
    if (typeof schedule !== "function") {
      throw new ArgumentError(
        `${label}: schedule must be a function of the epoch, got ${written(schedule)}.`,
      );
    }
    this.#schedule = schedule;
  }

  onEpochBegin(epoch: number, control: FitControl): void {
    if (this.#state.epoch === epoch) return; // resumed within the epoch: the rate is already its own
    control.learningRate = checkedRate(label, this.#schedule(epoch, control.learningRate), epoch);
    this.#state.epoch = epoch;
  }

  onEpochEnd(_epoch: number, logs: Logs, control: FitControl): void {
    logs.lr = control.learningRate;
  }

  saveState(): CallbackState {
    return { ...this.#state };
  }

  loadState(state: CallbackState): void {
    this.#state = parseState(label, fields, state);
  }
}

/** Keras's LearningRateScheduler. Adds each epoch's rate to the history as `lr`. */
export function LearningRateScheduler(schedule: EpochSchedule): LearningRateSchedulerCallback {
  return new LearningRateSchedulerCallback(schedule);
}
