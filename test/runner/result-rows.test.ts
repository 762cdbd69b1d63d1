/** @file Which figures a report shows of a trained network. */
import { expect, it } from "vitest";
import { cifar100CnnLonger } from "../../experiments/cifar100/cifar100-cnn-30.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import { resultRows } from "../../runner/result-rows.ts";

const measured = {
  ...{ test_accuracy: 0.7, test_error: 0.3, test_loss: 1, val_accuracy: 0.7, val_loss: 1 },
  ...{ best_val_accuracy: 0.8, best_val_loss: 0.9 },
};
const namesOf = (
  experiment: Parameters<typeof resultRows>[0]["experiment"],
  sameSets: boolean,
  figures = measured,
) => {
  const context = { experiment, dataset: { origin: "official" } } as Parameters<typeof resultRows>[0];
  return resultRows(context, figures, undefined, sameSets).map(({ name }) => name);
};
const best = ["Validation accuracy, best epoch", "Validation loss, best epoch"];
const last = ["Validation accuracy, last epoch", "Validation loss, last epoch"];

it("shows what the last epoch says of test images once where they are the validation images as well", () => {
  expect(namesOf(svhnC, false)).toEqual(["Test accuracy", "Test error", "Test loss", ...last, ...best]);
  expect(namesOf(svhnC, true)).toEqual(["Test accuracy", "Test error", "Test loss", ...best]);
  expect(namesOf(svhnC, true, { ...measured, best_val_accuracy: 0.7 })).not.toContain(best[0]);
  expect(namesOf(cifar100CnnLonger, true), "what its source gives").toContain(
    "Validation accuracy, last epoch",
  );
});
