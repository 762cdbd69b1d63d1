/** @file What the report of a classifier shows of its outputs on a set. */
import { classificationReport } from "../models/metrics/classification-report.ts";
import { confusionCounts } from "../models/metrics/confusion.ts";
import { classRocCurves } from "../models/metrics/roc.ts";
import { confusionOf, outcomes, type Predictions, samplesOf } from "./predictions.ts";
import type { ClassExamples, Report, ReportImages } from "./run-report.ts";

const manyClasses = 25;
/** Of hundreds of classes, photographs of more pixels a side would make a page of tens of megabytes. */
const smallPicture = 64;

/** Confusion matrix with scores and ROC curves; where the samples are images, those of every class and some of all. */
export function classificationParts(
  predictions: Predictions,
  classes: readonly string[],
  seed: number,
): Pick<Report, "confusion" | "roc" | "classExamples" | "samples"> {
  const { labels, outputs, pictures } = predictions;
  return {
    confusion: confusionOf(predictions, classes),
    roc: { set: "test", classes, curves: classRocCurves(labels, outputs, classes.length) },
    ...(pictures
      ? {
          classExamples: classExamplesOf(predictions, pictures, classes),
          samples: samplesOf(predictions, pictures, classes, seed),
        }
      : {}),
  };
}

/** Of each class, the images recognised with the highest probability and the surest mistakes. */
function classExamplesOf(
  predictions: Predictions,
  pictures: ReportImages,
  classes: readonly string[],
): ClassExamples {
  const { labels, predicted, probability } = predictions;
  const each = classes.length <= manyClasses ? 5 : pictures.width <= smallPicture ? 3 : 1;
  const surest = [...predicted.keys()].sort((a, b) => probability[b]! - probability[a]! || a - b);
  const groups = classes.map((_, label) => {
    const ofClass = surest.filter((i) => labels[i] === label);
    const right = ofClass.filter((i) => predicted[i] === label).slice(0, each);
    const wrong = ofClass.filter((i) => predicted[i] !== label).slice(0, each);
    return outcomes(predictions, pictures, Uint32Array.from([...right, ...wrong]));
  });
  const counts = confusionCounts(labels, predicted, classes.length);
  const recall = classificationReport(counts).perClass.map((scores) =>
    scores.support > 0 ? scores.recall : undefined,
  );
  return { set: "test", classes, groups, recall };
}
