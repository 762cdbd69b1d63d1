/** @file LambdaCallback: a callback from functions. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkFlag, checkNames, written } from "../../engine/options.ts";
import type { Callback } from "../training/callbacks.ts";

export type LambdaCallbackOptions = Partial<Callback>;

const functions = [
  "onTrainBegin",
  "onEpochBegin",
  "onProgress",
  "onEpochEnd",
  "onTrainEnd",
  "onInterrupt",
  "onNumericError",
  "saveState",
  "loadState",
  "saveWeights",
  "loadWeights",
] as const;

/**
 * Keras's LambdaCallback: `LambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) })`. There is no
 * onBatchEnd, because steps are replayed on the GPU many at a time: onProgress is called about every 100 ms instead.
 */
export function LambdaCallback(options: LambdaCallbackOptions): Callback {
  checkNames("LambdaCallback", options, [...functions, "name", "savesTraining"]);
  for (const name of functions) {
    const given = options[name];
    if (given === undefined || typeof given === "function") continue;
    throw new ArgumentError(`LambdaCallback: ${name} must be a function, got ${written(given)}.`);
  }
  const { name = "LambdaCallback", savesTraining = false } = options;
  if (typeof name !== "string")
    throw new ArgumentError(`LambdaCallback: name must be a text, got ${written(name)}.`);
  checkFlag("LambdaCallback", "savesTraining", savesTraining);
  return { ...options, name };
}
