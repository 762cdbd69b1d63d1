/**
 * @file Metrics per sample, by Keras's definitions. Their mean over the samples is the metric. A sample with a NaN among its
 * scores is no hit: by NumPy's argmax it would be one where the NaN stands at the true class.
 */
import { requireTensors } from "../../engine/arguments.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkOption } from "../../engine/options.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { classOf } from "../reduce/arg-max.ts";
import { mean } from "../reduce/reduce.ts";
import { runLength } from "../runs.ts";

const classHits = kernel("metrics/class-hits", {
  reads: ["p", "labels"],
  writes: ["hits"],
  flops: { p: 1 },
});
const elementMeans = kernel("metrics/element-means", {
  reads: ["p", "t"],
  writes: ["values"],
  flops: { p: 3 },
});

/**
 * 1 where the largest prediction is at the true class, else 0; of equal ones the first is the largest. Of a sample with
 * several rows of classes, as an image with one for each pixel, the share of its rows.
 * @param predictions [n, ..., classes]
 * @param targets one-hot [n, ..., classes]
 * @returns [n]
 */
export function categoricalAccuracy(predictions: Tensor, targets: Tensor): Tensor {
  checkSame("categoricalAccuracy", predictions, targets);
  return hits("categoricalAccuracy", predictions, classOf(targets), 1, true);
}

/** The same for class indices as targets: [n, ...], u32. */
export function sparseCategoricalAccuracy(predictions: Tensor, labels: Tensor): Tensor {
  return hits("sparseCategoricalAccuracy", predictions, labels, 1, true);
}

/**
 * 1 where fewer than k classes are better than the true one, or the share of such rows. Classes equal to it do not count against it.
 * @param targets one-hot [n, ..., classes], or class indices [n, ...] u32
 */
export function topKAccuracy(predictions: Tensor, targets: Tensor, k = 5): Tensor {
  checkOption(
    "topKAccuracy",
    "k",
    k,
    () => Number.isInteger(k) && k >= 1 && k < 2 ** 32,
    "a positive integer",
  );
  requireTensors("topKAccuracy", { predictions, targets });
  if (targets.dtype === "u32") return hits("topKAccuracy", predictions, targets, k, false);
  checkSame("topKAccuracy", predictions, targets);
  return hits("topKAccuracy", predictions, classOf(targets), k, false);
}

/** Share of elements with round(prediction) = target; 0.5 rounds to 0. Any shape [n, ...]; returns [n]. */
export function binaryAccuracy(predictions: Tensor, targets: Tensor): Tensor {
  return means("binaryAccuracy", predictions, targets);
}

/** Share of elements with round(prediction) = round(target): for targets that are shades of grey. */
export function roundedAccuracy(predictions: Tensor, targets: Tensor): Tensor {
  return means("roundedAccuracy", predictions, targets);
}

/** Mean squared error of each sample. */
export function squaredError(predictions: Tensor, targets: Tensor): Tensor {
  return means("squaredError", predictions, targets);
}

/** Mean absolute error of each sample. */
export function absoluteError(predictions: Tensor, targets: Tensor): Tensor {
  return means("absoluteError", predictions, targets);
}

/** Numbers of the functions in element-means.wgsl. */
const elementFunctions = {
  squaredError: 0,
  absoluteError: 1,
  binaryAccuracy: 2,
  roundedAccuracy: 3,
} as const;

function means(name: keyof typeof elementFunctions, predictions: Tensor, targets: Tensor): Tensor {
  checkSame(name, predictions, targets);
  const samples = predictions.shape[0]!;
  const size = predictions.size / samples;
  const constants = { SIZE: size, FUNCTION: elementFunctions[name], RUN: runLength(size / 64) };
  const inputs = { p: predictions, t: targets };
  return run(elementMeans, inputs, { values: [samples] }, { constants, invocations: 64 * samples }).values;
}

function hits(name: string, predictions: Tensor, labels: Tensor, k: number, firstWins: boolean): Tensor {
  requireTensors(name, { predictions, labels });
  const { shape } = predictions;
  if (shape.length < 2 || predictions.dtype !== "f32") {
    throw new ShapeError(`${name}: predictions are [n,...,classes] f32, got ${describe(predictions)}.`);
  }
  const expected = shape.slice(0, -1);
  if (labels.dtype !== "u32" || !sameShape(labels.shape, expected)) {
    throw new ShapeError(`${name}: labels are ${formatShape(expected)} u32, got ${describe(labels)}.`);
  }
  const constants = { CLASSES: shape.at(-1)!, K: k, FIRST_WINS: firstWins };
  const launch = { constants, invocations: labels.size };
  const found = run(classHits, { p: predictions, labels }, { hits: [labels.size] }, launch).hits;
  const samples = shape[0]!;
  return samples === labels.size ? found : mean(found.view([samples, labels.size / samples]), { axes: 1 });
}

function checkSame(name: string, predictions: Tensor, targets: Tensor): void {
  requireTensors(name, { predictions, targets });
  const floats = predictions.dtype === "f32" && targets.dtype === "f32";
  if (floats && predictions.shape.length > 0 && sameShape(predictions.shape, targets.shape)) return;
  throw new ShapeError(
    `${name}: predictions and targets are [n,...] f32 of one shape, got ${describe(predictions)} and ${describe(targets)}.`,
  );
}

function describe(tensor: Tensor): string {
  return `${formatShape(tensor.shape)} ${tensor.dtype}`;
}
