/** @file toCategorical(): class labels as one-hot rows. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkValues } from "../../engine/host-values.ts";
import { checkOption, written } from "../../engine/options.ts";

/** Beyond it some browsers have no array. */
const mostNumbers = 2 ** 31 - 1;

/**
 * Keras's to_categorical: of labels [n] rows [n, classes] with a 1 at each label, row-major. `classes` is the largest label + 1
 * unless given. fit() takes labels as they are; this is for losses of your own and for looking. Throws ArgumentError for a label that is
 * no class.
 */
export function toCategorical(labels: ArrayLike<number>, classes?: number): Float32Array {
  checkValues("toCategorical", labels);
  const largest = Array.from(labels).reduce((most, label) => Math.max(most, label), 0);
  const count = classes ?? largest + 1;
  if (classes !== undefined) {
    const sound = () => Number.isInteger(classes) && classes >= 1;
    checkOption("toCategorical", "classes", classes, sound, "a positive integer");
  }
  const odd = Array.from(labels).find((label) => !(Number.isInteger(label) && label >= 0 && label < count));
  if (odd !== undefined) {
    const range = classes === undefined ? "of 0 or more" : `from 0 to ${count - 1}`;
    throw new ArgumentError(`toCategorical: labels must be whole numbers ${range}, got ${written(odd)}.`);
  }
  if (labels.length * count > mostNumbers) {
    throw new ArgumentError(
      `toCategorical: ${labels.length} rows of ${count} classes are more numbers than an array holds.`,
    );
  }
  const result = new Float32Array(labels.length * count);
  for (let i = 0; i < labels.length; i++) result[i * count + labels[i]!] = 1;
  return result;
}
