/** @file LambdaCallback: a callback from functions. */
import { ArgumentError } from "../../engine/errors.ts";
import {
  checkFlag,
  checkFunction,
  checkOptionNames,
  type OptionNames,
  written,
} from "../../engine/options.ts";
import type { Callback } from "./callback.ts";

export type LambdaCallbackOptions = Partial<Callback>;

const functions: OptionNames<Omit<LambdaCallbackOptions, "name" | "savesTraining">> = {
  onTrainBegin: true,
  onEpochBegin: true,
  onProgress: true,
  onSteps: true,
  onEpochEnd: true,
  onTrainEnd: true,
  onInterrupt: true,
  onNumericError: true,
  saveState: true,
  loadState: true,
  saveWeights: true,
  loadWeights: true,
};

/**
 * Keras's LambdaCallback: `LambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) })`. There is no
 * onBatchEnd, because steps are replayed on the GPU many at a time: onProgress is called about every 100 ms instead.
 */
export function LambdaCallback(options: LambdaCallbackOptions): Callback {
  checkOptionNames("LambdaCallback", options, { ...functions, name: true, savesTraining: true });
  const { name = "LambdaCallback", savesTraining = false, ...given } = options;
  for (const [option, value] of Object.entries(given))
    if (value !== undefined) checkFunction("LambdaCallback", option, value);
  if (typeof name !== "string")
    throw new ArgumentError(`LambdaCallback: name must be a text, got ${written(name)}.`);
  checkFlag("LambdaCallback", "savesTraining", savesTraining);
  return { ...options, name };
}
