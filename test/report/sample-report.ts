/** @file A report of made-up but plausible numbers, as `svhn-c` would give it. Seeded: always the same. */

import { confusionCounts, mostConfusedPairs } from "../../models/metrics/confusion.ts";
import { classRocCurves } from "../../models/metrics/roc.ts";
import { gatherImages } from "../../report/image-grid.ts";
import type {
  FilterWeights,
  NetworkSummary,
  Outcomes,
  ReportImages,
  ResultRow,
  RunReport,
} from "../../report/run-report.ts";

export const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** Five by seven pixels per digit, a row of the digit per number, the leftmost pixel in bit 4. */
const glyphs = [
  [14, 17, 19, 21, 25, 17, 14],
  [4, 12, 4, 4, 4, 4, 14],
  [14, 17, 1, 6, 8, 16, 31],
  [14, 17, 1, 6, 1, 17, 14],
  [2, 6, 10, 18, 31, 2, 2],
  [31, 16, 30, 1, 1, 17, 14],
  [6, 8, 16, 30, 17, 17, 14],
  [31, 1, 2, 4, 8, 8, 8],
  [14, 17, 17, 14, 17, 17, 14],
  [14, 17, 17, 15, 1, 2, 12],
];

/** Digits that look alike, each with what it is taken for. */
const lookalikes = [6, 7, 3, 8, 1, 3, 8, 1, 3, 3];

const testImages = 600;

type Random = () => number;

/** Uniform in 0..1 (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Coloured digits [n, 32, 32, 3] with noise. */
export function digitImages(labels: readonly number[], random: Random): ReportImages {
  const size = 32 * 32 * 3;
  const images = new Uint8Array(labels.length * size);
  labels.forEach((label, n) => {
    const paper = [random() * 120, random() * 120, random() * 150];
    const paint = paper.map((value) => value + 90 + random() * 40);
    for (let y = 0; y < 32; y++) {
      for (let x = 0; x < 32; x++) {
        const row = glyphs[label]![Math.floor((y - 5) / 3)] ?? 0;
        const column = Math.floor((x - 8) / 3);
        const inside = column >= 0 && column < 5 && ((row >> (4 - column)) & 1) === 1;
        for (let c = 0; c < 3; c++) {
          const value = (inside ? paint : paper)[c]! + (random() - 0.5) * 40;
          images[n * size + (y * 32 + x) * 3 + c] = Math.min(255, Math.max(0, value));
        }
      }
    }
  });
  return { images, count: labels.length, height: 32, width: 32, channels: 3 };
}

/** A test set of which about 9 % are taken for another digit, most of them for the one that looks alike. */
export function testOutcomes(count: number, random: Random): Outcomes {
  const labels: number[] = [];
  const predicted: number[] = [];
  const probability: number[] = [];
  for (let i = 0; i < count; i++) {
    const label = Math.floor(10 * random() ** 1.3);
    const wrong = random() < 0.09;
    const other = random() < 0.6 ? lookalikes[label]! : Math.floor(10 * random());
    labels.push(label);
    predicted.push(wrong ? other : label);
    probability.push(wrong ? 0.3 + 0.6 * random() : 1 - 0.4 * random() ** 3);
  }
  return { images: digitImages(labels, random), labels, predicted, probability };
}

function mistakesBySureness({ labels, predicted, probability }: Outcomes): number[] {
  const mistakes = Array.from(labels, (_, i) => i).filter((i) => labels[i] !== predicted[i]);
  return mistakes.sort((a, b) => probability[b]! - probability[a]!);
}

function pick(outcomes: Outcomes, indices: readonly number[]): Outcomes {
  const values = (list: ArrayLike<number>) => indices.map((index) => list[index]!);
  return {
    images: gatherImages(outcomes.images, indices),
    labels: values(outcomes.labels),
    predicted: values(outcomes.predicted),
    probability: values(outcomes.probability),
  };
}

/** The full report of a quick run on synthetic digits. */
export function sampleReport(): RunReport {
  const random = seeded(7);
  const outcomes = testOutcomes(testImages, random);
  const counts = confusionCounts(outcomes.labels, outcomes.predicted, 10);
  const mistakes = mistakesBySureness(outcomes);
  const correct = counts.reduce((sum, row, k) => sum + row[k]!, 0);
  return {
    ...sampleHead(),
    results: sampleResults((100 * correct) / testImages),
    network: sampleNetwork(),
    history: sampleHistory(random, 1 - correct / testImages),
    confusion: {
      set: "test",
      classes: digits,
      counts,
      examples: mostConfusedPairs(counts, 5).map(({ first, second }) => {
        const ofPair = mistakes.filter((i) => {
          const [a, b] = [outcomes.labels[i], outcomes.predicted[i]];
          return (a === first && b === second) || (a === second && b === first);
        });
        return { first, second, ...pick(outcomes, ofPair.slice(0, 8)) };
      }),
    },
    samples: [
      {
        title: "Images from all over the test set",
        note: `Every ${testImages / 24}th image.`,
        classes: digits,
        ...pick(
          outcomes,
          Array.from({ length: 24 }, (_, k) => (k * testImages) / 24),
        ),
      },
      { title: "The surest mistakes", classes: digits, ...pick(outcomes, mistakes.slice(0, 12)) },
    ],
    filters: sampleFilters(random),
    roc: { set: "test", classes: digits, curves: sampleCurves(outcomes, random) },
    classExamples: {
      set: "test",
      classes: digits,
      groups: digits.map((_, label) => pick(outcomes, examplesOf(outcomes, label))),
      recall: counts.map((row, k) => row[k]! / row.reduce((sum, count) => sum + count, 0)),
    },
    featureMaps: [
      {
        layer: "conv2d_1",
        images: pick(outcomes, [0, 1]).images,
        maps: Float32Array.from({ length: 2 * 16 * 16 * 20 }, () => random() ** 3),
        height: 16,
        width: 16,
        filters: 20,
      },
    ],
    timing: {
      imagesPerSecond: 1834.6,
      millisecondsPerStep: 69.77,
      peakBytes: 412_345_678,
      dispatchesPerStep: 31,
    },
  };
}

/** Scores that are highest for the predicted class. */
function sampleCurves({ labels, predicted, probability }: Outcomes, random: Random) {
  const scores = Array.from(predicted, (best, i) =>
    digits.map((_, k) => (k === best ? probability[i]! : (random() * (1 - probability[i]!)) / 3)),
  );
  return classRocCurves(labels, scores.flat(), 10);
}

/** Up to three images of the class that were recognised, and as many that were not. */
function examplesOf({ labels, predicted }: Outcomes, label: number): number[] {
  const ofClass = Array.from(labels, (_, i) => i).filter((i) => labels[i] === label);
  const right = ofClass.filter((i) => predicted[i] === label);
  return [...right.slice(0, 3), ...ofClass.filter((i) => predicted[i] !== label).slice(0, 3)];
}

/** The parts that every report has. */
export function sampleHead() {
  return {
    title: "Street digits with two convolutional layers",
    experiment: "svhn-c",
    question:
      "Train a convolutional network on SVHN for at most ten epochs and compare its accuracy on the test set with the 94.28 % reported for a network of this kind.\n\nThe assignment asks for two convolutions of 16 and 512 filters, each followed by max-pooling, and a hidden layer of 20 units.",
    dataset: {
      title: "Synthetic street digits",
      origin: "synthetic",
      note: "Stand-in for SVHN, drawn on the spot with seed 1, because the official files are not in the data folder and there is no network.",
      counts: [
        { name: "training images", count: 4800 },
        { name: "test images", count: testImages },
      ],
      license: "made by wgrad, MIT",
    },
    run: {
      profile: "quick",
      limits: "4,800 training images instead of 73,257, 6 of 10 epochs, batch 128 instead of 1280.",
      adapter: "llvmpipe (LLVM 19.1.7, 256 bits), software Vulkan",
      versions: { wgrad: "0.1.0", node: "20.20.2", webgpu: "0.6.2" },
      seed: 1,
      commit: "3f2c9e1",
      started: "2026-11-21T22:14:05.123Z",
      minutes: 1.63,
      optimizer: "Adagrad, learning rate 0.01, epsilon 1e-8",
      loss: "binary cross-entropy",
      epochs: 6,
      batch: 128,
      microBatch: 64,
      precision: "float32",
      options: { shuffle: true, kernels: "tiled" },
      command: "npm run train -- svhn-c --profile quick --seed 1",
      fullCommand: "npm run train -- svhn-c --profile full --seed 1",
    },
  } as const satisfies RunReport;
}

function sampleResults(accuracy: number): ResultRow[] {
  const source = {
    text: "Sermanet, Chintala, LeCun 2012",
    url: "https://arxiv.org/abs/1204.3968",
  };
  const why = "Synthetic images, not those of the publication.";
  return [
    {
      name: "accuracy on the test set",
      measured: accuracy,
      published: 94.28,
      unit: "%",
      source,
      comparable: false,
      why,
      curve: "accuracy",
    },
    {
      name: "Keras’s binary accuracy on the test set",
      measured: 98.31,
      unit: "%",
      comparable: true,
      why: "What Keras prints as accuracy with this loss.",
    },
    {
      name: "parameters",
      measured: 1_058_726,
      published: 1_058_726,
      unit: "",
      digits: 0,
      comparable: true,
      source: { text: "the assignment" },
    },
  ];
}

function sampleNetwork(): NetworkSummary {
  const layers = [
    { name: "conv2d_1", type: "Conv2D 5×5 same, relu", outputShape: [null, 32, 32, 16], parameters: 1216 },
    { name: "max_pooling2d_1", type: "MaxPooling2D 2×2", outputShape: [null, 16, 16, 16], parameters: 0 },
    {
      name: "conv2d_2",
      type: "Conv2D 7×7 same, relu",
      outputShape: [null, 16, 16, 512],
      parameters: 401_920,
    },
    { name: "max_pooling2d_2", type: "MaxPooling2D 2×2", outputShape: [null, 8, 8, 512], parameters: 0 },
    { name: "flatten_1", type: "Flatten", outputShape: [null, 32_768], parameters: 0 },
    { name: "dense_1", type: "Dense, relu", outputShape: [null, 20], parameters: 655_380 },
    { name: "dense_2", type: "Dense, softmax", outputShape: [null, 10], parameters: 210 },
  ];
  return { layers, trainable: 1_058_726, nonTrainable: 0 };
}

function sampleHistory(random: Random, finalError: number) {
  const epoch = [1, 2, 3, 4, 5, 6];
  const curve = (start: number, end: number, speed: number) =>
    epoch.map((e) => end + (start - end) * Math.exp(-speed * (e - 1)) * (1 + 0.06 * (random() - 0.5)));
  const testError = curve(0.42, finalError, 0.9);
  return {
    epoch,
    loss: curve(0.31, 0.035, 0.8),
    accuracy: curve(0.9, 0.988, 0.8),
    categorical_accuracy: curve(0.38, 0.93, 0.8),
    val_loss: curve(0.2, 0.052, 0.9),
    val_categorical_accuracy: curve(0.6, 0.905, 0.9),
    test_error: [...testError.slice(0, -1), finalError],
    seconds: epoch.map(() => 15 + random()),
  };
}

function sampleFilters(random: Random): FilterWeights {
  const filters = 16;
  const weights = new Float32Array(5 * 5 * 3 * filters);
  for (let k = 0; k < filters; k++) {
    const angle = random() * Math.PI;
    const tint = [random(), random(), random()];
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 5; x++) {
        const wave = Math.cos(1.4 * ((x - 2) * Math.cos(angle) + (y - 2) * Math.sin(angle)));
        for (let c = 0; c < 3; c++) {
          weights[((y * 5 + x) * 3 + c) * filters + k] = wave * (0.4 + tint[c]!) + 0.3 * (random() - 0.5);
        }
      }
    }
  }
  return { layer: "conv2d_1", weights, height: 5, width: 5, channels: 3, filters };
}

/** The report of an experiment without training, as `svhn-a`. */
export function dataReport(): RunReport {
  const random = seeded(3);
  const trainCounts = digits.map(() => Math.round(4000 + 6000 * random()));
  const testCounts = trainCounts.map((count) => Math.round(count * 0.35));
  return {
    ...sampleHead(),
    title: "What is in SVHN",
    experiment: "svhn-a",
    sections: [
      {
        title: "Classes",
        blocks: [
          { kind: "text", text: "Ten classes, one per digit." },
          {
            kind: "bars",
            title: "Images per class",
            categories: digits,
            series: [
              { name: "training", values: trainCounts },
              { name: "test", values: testCounts },
            ],
          },
          {
            kind: "table",
            title: "Counts",
            columns: ["digit", "training", "test"],
            rows: digits.map((digit, k) => [digit, trainCounts[k]!, testCounts[k]!]),
          },
          {
            kind: "lines",
            title: "Accuracy by learning rate",
            xTitle: "trial",
            yTitle: "accuracy, %",
            series: [{ name: "Adagrad", points: [1, 2, 3].map((x) => ({ x, y: 60 + 10 * x })) }],
          },
        ],
      },
      {
        title: "Random images",
        blocks: [
          {
            kind: "images",
            title: "Five training images",
            images: digitImages([3, 1, 4, 1, 5], random),
            captions: ["3", "1", "4", "1", "5"],
          },
        ],
      },
    ],
  };
}
