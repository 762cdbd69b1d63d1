/** @file What every training run adds to its epochs: error rates. */
import type { Callback } from "../../models/callbacks/callback.ts";

const sets = [
  { prefix: "", error: "train_error" },
  { prefix: "val_", error: "val_error" },
  { prefix: "test_", error: "test_error" },
] as const;

/** Adds the error of every set to the epoch. Where the test set is the validation set, its values are there twice. */
export function errorRates({ testIsValidation }: { readonly testIsValidation: boolean }): Callback {
  return {
    name: "error-rates",
    onEpochEnd(_epoch, logs) {
      if (testIsValidation) {
        for (const [name, value] of Object.entries(logs))
          if (name.startsWith("val_")) logs[name.replace("val_", "test_")] = value;
      }
      for (const { prefix, error } of sets) {
        const accuracy = logs[`${prefix}accuracy`];
        if (accuracy !== undefined) logs[error] = 1 - accuracy;
      }
    },
  };
}
