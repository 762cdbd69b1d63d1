/** @file The order in which an epoch visits the samples: a permutation that depends on seed and epoch only. */
import { pcg4d } from "../../engine/random.ts";

const shuffleStream = 0x5ff1e;

/** A Fisher-Yates shuffle of `indices`, drawn from (seed, epoch): the same on every machine and after a resume. */
export function shuffled(indices: Uint32Array, seed: number, epoch: number): Uint32Array<ArrayBuffer> {
  const order = Uint32Array.from(indices);
  for (let i = order.length - 1; i > 0; i--) {
    const [high, low] = pcg4d(i, epoch, shuffleStream, seed);
    const position = Number(((BigInt(high) << 32n) | BigInt(low)) % BigInt(i + 1));
    [order[i], order[position]] = [order[position]!, order[i]!];
  }
  return order;
}

/** 0, 1, ..., count - 1. */
export function identityOrder(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => i);
}
