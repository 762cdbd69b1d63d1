/** @file Softmax regression on pixels, in plain loops: what can be told without looking at shapes. */

import type { ImageSet } from "../../../datasets/formats/image-set.ts";

/**
 * Trains a linear softmax classifier on bytes / 255 - 1/2 by stochastic gradient descent with a falling step, image by
 * image in their order, and gives its accuracy on `test`.
 */
export function linearAccuracy(
  train: ImageSet,
  test: ImageSet,
  classes: number,
  epochs: number,
  rate: number,
): number {
  const inputs = train.height * train.width * train.channels;
  const weights = Array.from({ length: classes }, () => new Float64Array(inputs + 1));
  const x = new Float64Array(inputs + 1);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = 0; i < train.count; i++) {
      const step = rate / (1 + (epoch * train.count + i) / train.count);
      load(train, i, x);
      const p = softmax(weights.map((row) => dot(row, x)));
      for (let k = 0; k < classes; k++) {
        const slope = step * (p[k]! - (k === train.labels[i] ? 1 : 0));
        const row = weights[k]!;
        for (let j = 0; j < x.length; j++) row[j]! -= slope * x[j]!;
      }
    }
  }
  let right = 0;
  for (let i = 0; i < test.count; i++) {
    load(test, i, x);
    const scores = weights.map((row) => dot(row, x));
    if (scores.indexOf(Math.max(...scores)) === test.labels[i]) right++;
  }
  return right / test.count;
}

function load(set: ImageSet, image: number, x: Float64Array): void {
  const inputs = x.length - 1;
  for (let j = 0; j < inputs; j++) x[j] = set.images[image * inputs + j]! / 255 - 0.5;
  x[inputs] = 1;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
