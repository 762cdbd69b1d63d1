/** @file The confusion matrix, counted on the GPU. */
import { requireTensors } from "../../engine/arguments.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { classOf } from "../reduce/arg-max.ts";

const confusion = kernel("metrics/confusion", {
  reads: ["predictions", "truths"],
  updates: ["counts"],
});

/**
 * Adds a batch to a confusion matrix: counts[true class, predicted class]. Samples with a NaN among scores or targets are not
 * counted: they have no class.
 * @param counts [classes, classes] u32, zeros at first
 * @param predictions class indices [n] u32, or scores [n, classes] f32, of which the (first) largest counts
 * @param targets class indices [n] u32, or one-hot [n, classes] f32
 */
export function confusionUpdate(counts: Tensor, predictions: Tensor, targets: Tensor): void {
  requireTensors("confusionUpdate", { counts, predictions, targets });
  const [classes] = counts.shape;
  if (counts.dtype !== "u32" || counts.shape.length !== 2 || counts.shape[1] !== classes) {
    throw new ShapeError(
      `confusionUpdate: counts are [classes,classes] u32, got ${formatShape(counts.shape)} ${counts.dtype}.`,
    );
  }
  counts.engine.scope(() => {
    const predicted = classIndices("predictions", predictions, classes!);
    const truths = classIndices("targets", targets, classes!);
    if (predicted.size !== truths.size) {
      throw new ShapeError(`confusionUpdate: ${predicted.size} predictions and ${truths.size} targets.`);
    }
    const inputs = { predictions: predicted, truths, counts };
    run(confusion, inputs, {}, { constants: { CLASSES: classes! }, invocations: truths.size });
  });
}

function classIndices(what: string, values: Tensor, classes: number): Tensor {
  if (values.dtype === "u32" && values.shape.length === 1) return values;
  if (values.dtype === "f32" && values.shape.length === 2 && values.shape[1] === classes)
    return classOf(values);
  throw new ShapeError(
    `confusionUpdate: ${what} are [n] u32 or [n,${classes}] f32, got ${formatShape(values.shape)} ${values.dtype}.`,
  );
}
