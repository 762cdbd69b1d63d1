/** @file What a report shows of a classifier: of samples that are images, and of others. */
import { describe, expect, it } from "vitest";
import { classificationParts } from "../../report/classification.ts";
import { label } from "../../report/label.ts";
import { accuracyOf, predictionsOf } from "../../report/predictions.ts";

const labels = [0, 1, 1, 0];
const outputs = Float32Array.of(0.9, 0.1, 0.25, 0.75, 0.625, 0.375, 0.5, 0.5); // the third is wrong, the last a draw
const classes = ["below", "above"];

describe("classificationParts", () => {
  it("counts and draws curves of samples that are no images, and shows none of them", () => {
    const predictions = predictionsOf({ labels, pictures: undefined }, outputs, 2);
    expect([...predictions.predicted]).toEqual([0, 1, 0, 0]);
    expect([...predictions.probability]).toEqual([Math.fround(0.9), 0.75, 0.625, 0.5]);
    expect(accuracyOf(predictions)).toBe(0.75);
    const { confusion, roc, ...images } = classificationParts(predictions, classes, 1);
    expect(confusion!.counts.map((row) => [...row])).toEqual([
      [2, 0],
      [1, 1],
    ]);
    expect(confusion!.examples).toBeUndefined();
    expect(roc!.classes).toBe(classes);
    expect(images).toEqual({});
  });

  it("shows images of every class, the confused pair and the mistakes", () => {
    const pictures = { images: Uint8Array.of(10, 20, 30, 40), count: 4, height: 1, width: 1, channels: 1 };
    const predictions = predictionsOf({ labels, pictures }, outputs, 2);
    const { confusion, classExamples, samples } = classificationParts(predictions, classes, 1);
    expect(confusion!.examples!.map(({ images }) => [...images.images])).toEqual([[30]]);
    expect(classExamples!.groups.map(({ images }) => [...images.images])).toEqual([
      [10, 40],
      [20, 30],
    ]);
    expect(samples!.map(({ title }) => title)).toEqual([label("test-images"), label("surest-mistakes")]);
    expect([...samples![1]!.images.images]).toEqual([30]);
  });
});
