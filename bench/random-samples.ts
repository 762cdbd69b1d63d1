/** @file A random batch for a workload: the same in every run. */
import { pcg4d } from "../engine/random.ts";
import { sizeOf } from "../engine/shape.ts";
import { identityOrder } from "../models/data/order.ts";
import type { Model } from "../models/model.ts";

/** Images with labels, or without: then the model learns to reproduce them. */
export function randomSamples(model: Model, count: number, classes: number | undefined) {
  const { inputShape } = model;
  const inputs = Uint8Array.from(
    { length: count * sizeOf(inputShape) },
    (_, i) => pcg4d(i, 0, 0, 1)[0] >>> 24,
  );
  const images = { inputs, inputShape, scale: 1 / 255 };
  if (classes === undefined) return images;
  const labels = Array.from(identityOrder(count), (i) => pcg4d(i, 1, 0, 1)[0] % classes);
  return { ...images, labels, classes };
}
