/** @file The order in which an epoch visits the samples: a permutation that depends on seed and epoch only. */
import { pcg4d, shuffle } from "../../engine/random.ts";

const shuffleStream = 0x5ff1e;

/** A shuffle of `indices`, drawn from (seed, epoch): the same on every machine and after a resume. */
export function shuffled(indices: Uint32Array, seed: number, epoch: number): Uint32Array<ArrayBuffer> {
  return shuffle(Uint32Array.from(indices), (i) => {
    const [high, low] = pcg4d(i, epoch, shuffleStream, seed);
    return Number(((BigInt(high) << 32n) | BigInt(low)) % BigInt(i + 1));
  });
}

/** 0, 1, ..., count - 1. */
export function identityOrder(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => i);
}
