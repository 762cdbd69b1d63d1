/** @file What the report of a classifier shows of its outputs on a set. */
import { classificationReport } from "../models/metrics/classification-report.ts";
import { confusionCounts } from "../models/metrics/confusion.ts";
import { classRocCurves } from "../models/metrics/roc.ts";
import { confusionOf, outcomes, type Predictions, predictionsOf, samplesOf } from "./predictions.ts";
import type { ClassExamples, LabelledImages, Report } from "./run-report.ts";

const manyClasses = 25;

/**
 * Confusion matrix with scores, ROC curves, images of every class, samples.
 * @param outputs probabilities of the test images, [n, classes] row-major
 */
export function classificationParts(
  set: LabelledImages,
  outputs: Float32Array,
  classes: readonly string[],
  seed: number,
): Pick<Report, "confusion" | "roc" | "classExamples" | "samples"> {
  const predictions = predictionsOf(set, outputs, classes.length);
  return {
    confusion: confusionOf(predictions, classes),
    roc: { set: "test", classes, curves: classRocCurves(set.labels, outputs, classes.length) },
    classExamples: classExamplesOf(predictions, classes),
    samples: samplesOf(predictions, classes, seed),
  };
}

/** Of each class, the images recognised with the highest probability and the surest mistakes. */
export function classExamplesOf(predictions: Predictions, classes: readonly string[]): ClassExamples {
  const { set, predicted, probability } = predictions;
  const each = classes.length > manyClasses ? 3 : 5;
  const surest = [...predicted.keys()].sort((a, b) => probability[b]! - probability[a]! || a - b);
  const groups = classes.map((_, label) => {
    const ofClass = surest.filter((i) => set.labels[i] === label);
    const right = ofClass.filter((i) => predicted[i] === label).slice(0, each);
    const wrong = ofClass.filter((i) => predicted[i] !== label).slice(0, each);
    return outcomes(predictions, Uint32Array.from([...right, ...wrong]));
  });
  const counts = confusionCounts(set.labels, predicted, classes.length);
  const recall = classificationReport(counts).perClass.map((scores) =>
    scores.support > 0 ? scores.recall : undefined,
  );
  return { set: "test", classes, groups, recall };
}
