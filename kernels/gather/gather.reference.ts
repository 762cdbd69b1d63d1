/** @file Making a batch, as plain loops. */

/** Places of a batch in an order of `length`: after its end the last entry repeats. */
export function batchIndices(order: ArrayLike<number>, position: number, batch: number): number[] {
  return Array.from({ length: batch }, (_, i) => order[Math.min(position + i, order.length - 1)]!);
}

/** offset + scale * samples[index] for each index; a sample has `size` elements. */
export function gatherSamplesReference(
  data: ArrayLike<number>,
  size: number,
  indices: readonly number[],
  scale: number,
  offset: number,
): Float64Array {
  const result = new Float64Array(indices.length * size);
  for (const [i, index] of indices.entries()) {
    for (let e = 0; e < size; e++) result[i * size + e] = offset + scale * data[index * size + e]!;
  }
  return result;
}
