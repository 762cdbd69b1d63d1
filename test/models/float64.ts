/** @file Small networks in float64 with plain loops, and numeric gradients: what the GPU is held against. */
import type { Model } from "../../models/index.ts";
import { randomArray } from "../support/random.ts";

/** Values of weights by path, row-major. */
export type Weights64 = ReadonlyMap<string, ArrayLike<number>>;
export type Rows = readonly (readonly number[])[];

/** Rows of `width` values. */
export function rowsOf(values: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, i) =>
    Array.from({ length: width }, (_, j) => values[i * width + j]!),
  );
}

/** x kernel + bias. */
export function dense64(x: Rows, weights: Weights64, layer: string): number[][] {
  const [kernel, bias] = [weights.get(`${layer}/kernel`)!, weights.get(`${layer}/bias`)!];
  const units = bias.length;
  return x.map((row) =>
    Array.from({ length: units }, (_, j) =>
      row.reduce((sum, v, i) => sum + v * kernel[i * units + j]!, bias[j]!),
    ),
  );
}

export const map64 = (x: Rows, f: (value: number) => number) => x.map((row) => row.map(f));

export function softmax64(x: Rows): number[][] {
  return x.map((row) => {
    const exponentials = row.map(Math.exp);
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    return exponentials.map((value) => value / total);
  });
}

/** Of each sample: mean over its values. */
export function squaredErrors64(outputs: Rows, targets: Rows): number[] {
  return outputs.map((row, i) => mean64(row.map((value, j) => (value - targets[i]![j]!) ** 2)));
}

/** Of each sample: -log of the probability of its label. */
export function crossEntropies64(outputs: Rows, labels: ArrayLike<number>): number[] {
  return outputs.map((row, i) => -Math.log(row[labels[i]!]!));
}

export function mean64(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Central differences of `loss` with respect to every weight, in float64. */
export function numericGradients(
  weights: Weights64,
  loss: (weights: Weights64) => number,
): Map<string, number[]> {
  const step = 1e-5;
  const gradients = new Map<string, number[]>();
  for (const [path, values] of weights) {
    const at = (index: number, change: number) =>
      new Map(weights).set(
        path,
        Array.from(values, (value, i) => (i === index ? value + change : value)),
      );
    gradients.set(
      path,
      Array.from(values, (_, i) => (loss(at(i, step)) - loss(at(i, -step))) / (2 * step)),
    );
  }
  return gradients;
}

/** The change of the weights by `update`: with plain gradient descent at rate 1, the gradients. */
export async function gradientsBy(
  model: Model,
  update: () => Promise<unknown>,
): Promise<Map<string, number[]>> {
  const before = await model.getWeights();
  await update();
  const after = await model.getWeights();
  return new Map(
    [...before].map(([path, values]) => [path, Array.from(values, (v, i) => v - after.get(path)![i]!)]),
  );
}

/** Random float32 values. */
export function values(count: number, seed: number): Float32Array {
  return Float32Array.from(randomArray([count], seed).data);
}
