/** @file The figures of result.json: what they are called in reports and how they are written. */
import { ownEntry } from "../models/records.ts";

export interface Measure {
  readonly name: string;
  readonly unit: "%" | "";
  readonly digits: number;
}

const names: Readonly<Record<string, string>> = {
  test_accuracy: "Test accuracy",
  test_error: "Test error",
  test_binary_accuracy: "Test binary accuracy (what Keras calls accuracy here)",
  test_loss: "Test loss",
  test_mean_squared_error: "Test mean squared error",
  val_accuracy: "Validation accuracy, last epoch",
  val_loss: "Validation loss, last epoch",
  best_val_accuracy: "Validation accuracy, best epoch",
  best_val_loss: "Validation loss, best epoch",
  macro_precision: "Precision, mean over classes",
  macro_recall: "Recall, mean over classes",
  macro_f1: "F1, mean over classes",
  train_accuracy: "Training accuracy, last epoch",
  train_loss: "Training loss, last epoch",
};

/** Keys of the figures that reports show, in their order. */
export const shownMeasures: readonly string[] = Object.keys(names);

/** Accuracies and errors are shares, shown in percent. */
export function measureOf(key: string): Measure {
  const name = ownEntry(names, key) ?? key.replaceAll("_", " ");
  if (key.endsWith("squared_error")) return { name, unit: "", digits: 6 };
  const share = key.endsWith("accuracy") || key.endsWith("error");
  if (share) return { name, unit: "%", digits: 2 };
  return { name, unit: "", digits: key.endsWith("seconds") ? 2 : 4 };
}

/** `94.28 %`, `2.8958` */
export function formatMeasure(key: string, value: number): string {
  const { unit, digits } = measureOf(key);
  return unit === "%" ? `${(100 * value).toFixed(digits)} %` : value.toFixed(digits);
}
