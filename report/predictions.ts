/** @file From the network's outputs on a set to what reports show: classes, probabilities, confused pairs, samples. */
import { identityOrder, shuffled } from "../models/data/order.ts";
import { confusionCounts, mostConfusedPairs } from "../models/metrics/confusion.ts";
import { gatherImages } from "./image-grid.ts";
import { label } from "./label.ts";
import type { ConfusionResult, Outcomes, PairExamples, ReportImages, SampleGroup } from "./run-report.ts";

const samplesShown = 24;
const pairsShown = 5;
const imagesPerPair = 6;

/** What the network was asked about. */
export interface LabelledSamples {
  /** true class, one per sample */
  readonly labels: ArrayLike<number>;
  /** the samples as images, where they are some */
  readonly pictures: ReportImages | undefined;
}

/** What a classifier said about every sample of a set. */
export interface Predictions extends LabelledSamples {
  /** class with the largest output; of equal ones the first */
  readonly predicted: Uint32Array;
  readonly probability: Float32Array;
  /** [n, classes] */
  readonly outputs: Float32Array;
}

/** From outputs [n, classes]. */
export function predictionsOf(samples: LabelledSamples, outputs: Float32Array, classes: number): Predictions {
  const count = samples.labels.length;
  const predicted = new Uint32Array(count);
  const probability = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const row = outputs.subarray(i * classes, (i + 1) * classes);
    const best = row.reduce((winner, value, index) => (value > row[winner]! ? index : winner), 0);
    predicted[i] = best;
    probability[i] = row[best]!;
  }
  const { labels, pictures } = samples;
  return { labels, pictures, predicted, probability, outputs };
}

export function accuracyOf({ labels, predicted }: Predictions): number {
  return predicted.reduce((right, label, i) => right + Number(label === labels[i]), 0) / labels.length;
}

/** Confusion matrix of the test set, with images of its most confused pairs. */
export function confusionOf(predictions: Predictions, classes: readonly string[]): ConfusionResult {
  const { labels, pictures, predicted } = predictions;
  const counts = confusionCounts(labels, predicted, classes.length);
  if (!pictures) return { classes, counts, set: "test" };
  const examples = mostConfusedPairs(counts, pairsShown).map(({ first, second }): PairExamples => {
    const isPair = (a: number, b: number) => (a === first && b === second) || (a === second && b === first);
    const indices = [...predicted.keys()]
      .filter((i) => isPair(predicted[i]!, labels[i]!))
      .slice(0, imagesPerPair);
    return { first, second, ...outcomes(predictions, pictures, Uint32Array.from(indices)) };
  });
  return { classes, counts, set: "test", examples };
}

/** Random images of the test set, and the mistakes the network was surest of. */
export function samplesOf(
  predictions: Predictions,
  pictures: ReportImages,
  classes: readonly string[],
  seed: number,
): SampleGroup[] {
  const { labels, predicted, probability } = predictions;
  const random = shuffled(identityOrder(labels.length), seed, 0).subarray(0, samplesShown);
  const wrong = [...predicted.keys()].filter((i) => predicted[i] !== labels[i]);
  const surest = Uint32Array.from(
    wrong.sort((a, b) => probability[b]! - probability[a]! || a - b).slice(0, samplesShown),
  );
  const groups = [
    {
      title: label("test-images"),
      note: "chosen at random",
      classes,
      ...outcomes(predictions, pictures, random),
    },
  ];
  if (surest.length === 0) return groups;
  const note = "wrong predictions with the highest probability";
  const title = label("surest-mistakes");
  return [...groups, { title, note, classes, ...outcomes(predictions, pictures, surest) }];
}

/** What was said about some of the images. */
export function outcomes(
  { labels, predicted, probability }: Predictions,
  pictures: ReportImages,
  indices: Uint32Array,
): Outcomes {
  return {
    images: gatherImages(pictures, [...indices]),
    labels: Array.from(indices, (i) => labels[i]!),
    predicted: Array.from(indices, (i) => predicted[i]!),
    probability: Array.from(indices, (i) => probability[i]!),
  };
}
