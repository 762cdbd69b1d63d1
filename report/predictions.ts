/** @file From the network's outputs on a set to what reports show: classes, probabilities, confused pairs, samples. */
import { identityOrder, shuffled } from "../models/data/order.ts";
import { confusionCounts, mostConfusedPairs } from "../models/metrics/confusion.ts";
import { gatherImages } from "./image-grid.ts";
import { label } from "./label.ts";
import type { ConfusionResult, LabelledImages, Outcomes, PairExamples, SampleGroup } from "./run-report.ts";

const samplesShown = 24;
const pairsShown = 5;
const imagesPerPair = 6;

/** What a classifier said about every image of a set. */
export interface Predictions {
  readonly set: LabelledImages;
  /** class with the largest output; of equal ones the first */
  readonly predicted: Uint32Array;
  readonly probability: Float32Array;
  /** [n, classes] */
  readonly outputs: Float32Array;
}

/** From outputs [n, classes]. */
export function predictionsOf(set: LabelledImages, outputs: Float32Array, classes: number): Predictions {
  const predicted = new Uint32Array(set.count);
  const probability = new Float32Array(set.count);
  for (let i = 0; i < set.count; i++) {
    const row = outputs.subarray(i * classes, (i + 1) * classes);
    const best = row.reduce((winner, value, index) => (value > row[winner]! ? index : winner), 0);
    predicted[i] = best;
    probability[i] = row[best]!;
  }
  return { set, predicted, probability, outputs };
}

export function accuracyOf({ set, predicted }: Predictions): number {
  return predicted.reduce((right, label, i) => right + Number(label === set.labels[i]), 0) / set.count;
}

/** Confusion matrix of the test set, with images of its most confused pairs. */
export function confusionOf(predictions: Predictions, classes: readonly string[]): ConfusionResult {
  const { set, predicted } = predictions;
  const counts = confusionCounts(set.labels, predicted, classes.length);
  const examples = mostConfusedPairs(counts, pairsShown).map(({ first, second }): PairExamples => {
    const isPair = (a: number, b: number) => (a === first && b === second) || (a === second && b === first);
    const indices = [...predicted.keys()]
      .filter((i) => isPair(predicted[i]!, set.labels[i]!))
      .slice(0, imagesPerPair);
    return { first, second, ...outcomes(predictions, Uint32Array.from(indices)) };
  });
  return { classes, counts, set: "test", examples };
}

/** Random images of the test set, and the mistakes the network was surest of. */
export function samplesOf(predictions: Predictions, classes: readonly string[], seed: number): SampleGroup[] {
  const { set, predicted, probability } = predictions;
  const random = shuffled(identityOrder(set.count), seed, 0).subarray(0, samplesShown);
  const wrong = [...predicted.keys()].filter((i) => predicted[i] !== set.labels[i]);
  const surest = Uint32Array.from(
    wrong.sort((a, b) => probability[b]! - probability[a]! || a - b).slice(0, samplesShown),
  );
  const groups = [
    { title: label("test-images"), note: "chosen at random", classes, ...outcomes(predictions, random) },
  ];
  if (surest.length === 0) return groups;
  const note = "wrong predictions with the highest probability";
  return [...groups, { title: label("surest-mistakes"), note, classes, ...outcomes(predictions, surest) }];
}

/** What was said about some images of the set. */
export function outcomes({ set, predicted, probability }: Predictions, indices: Uint32Array): Outcomes {
  return {
    images: gatherImages(set, [...indices]),
    labels: Array.from(indices, (i) => set.labels[i]!),
    predicted: Array.from(indices, (i) => predicted[i]!),
    probability: Array.from(indices, (i) => probability[i]!),
  };
}
