/** @file What the ops that draw random numbers share: the stream's check, and how elements are counted. */
import { checkOption } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";

/** Elements of one sample of x [n, ...]: random numbers count elements from the batch's first sample on. */
export function elementsPerSample(x: Tensor): number {
  return x.size / (x.shape[0] ?? 1);
}

export function requireStream(op: string, stream: number): void {
  const sound = () => Number.isInteger(stream) && stream >= 0 && stream < 2 ** 32;
  checkOption(op, "stream", stream, sound, "a whole number from 0 to 2^32 - 1");
}
