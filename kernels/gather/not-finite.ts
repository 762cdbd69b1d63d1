/** @file Samples with NaN or infinity in them, which no network can be trained on. */
import { NumericError } from "../../engine/errors.ts";
import { indexOfNotFinite, placeOf } from "../../engine/host-values.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { StoredValues } from "./sample-store.ts";

/** A sample and its first value that is NaN or infinite. */
export interface NotFinite {
  readonly sample: number;
  /** within the sample */
  readonly place: readonly number[];
  readonly value: number;
}

/** All samples that have such values, of `shape` each. One pass over floats; bytes are finite. */
export function samplesNotFinite(values: StoredValues, shape: Shape): readonly NotFinite[] {
  if (values instanceof Uint8Array) return [];
  const size = sizeOf(shape);
  const found: NotFinite[] = [];
  for (let index = indexOfNotFinite(values); index !== -1; ) {
    const sample = Math.floor(index / size);
    found.push({ sample, place: placeOf(index % size, shape), value: values[index]! });
    index = indexOfNotFinite(values, (sample + 1) * size);
  }
  return found;
}

/** Throws NumericError, naming the first, if there are some. */
export function requireNone(what: string, [first]: readonly NotFinite[]): void {
  if (!first) return;
  throw new NumericError(
    `${what}: sample ${first.sample} has ${first.value} at [${first.place}]. A loss needs finite numbers: replace it, or ` +
      "leave the sample out.",
  );
}
