/** @file Class labels in main memory, checked before they go to the GPU. */
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { checkValues, placeOf } from "../../engine/host-values.ts";
import { written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";

/** Labels of how many samples, of what shape each ([] for one label, [h, w] for one per pixel), below how many classes. */
export interface LabelsWanted {
  readonly count: number;
  readonly shape: Shape;
  readonly classes: number;
}

/** The labels as class indices. Throws ShapeError for a wrong number, ArgumentError, naming the sample, for one that is no class. */
export function classLabels(
  what: string,
  labels: ArrayLike<number>,
  { count, shape, classes }: LabelsWanted,
): Uint32Array {
  checkValues(what, labels);
  const perSample = sizeOf(shape);
  if (labels.length !== count * perSample) {
    const each = perSample === 1 ? "" : ` of ${perSample} labels each`;
    throw new ShapeError(`${what}: ${labels.length} labels for ${count} samples${each}.`);
  }
  return Uint32Array.from(labels, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label < classes) return label;
    const place = perSample === 1 ? "" : ` at [${placeOf(i % perSample, shape)}]`;
    throw new ArgumentError(
      `${what}: the label of sample ${Math.floor(i / perSample)}${place} is ${written(label)}, expected a whole number ` +
        `from 0 to ${classes - 1}.`,
    );
  });
}

/** A label and the sample that has it. */
export interface LabelOfSample {
  readonly sample: number;
  readonly label: number;
}

/** The largest of the labels of `count` samples, and the first sample that has it. */
export function largestLabel(labels: Uint32Array, count: number): LabelOfSample {
  let best = 0;
  for (let i = 1; i < labels.length; i++) if (labels[i]! > labels[best]!) best = i;
  return { sample: Math.floor((best * count) / labels.length), label: labels[best]! };
}
