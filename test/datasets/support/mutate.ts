/** @file Damages bytes, always in the same ways for the same seed. */
import { pcg4d } from "../../../engine/random.ts";

/** Integers from 0 to below `limit`. */
export type Draw = (limit: number) => number;

/** Always the same integers of a seed. */
export function drawsOf(seed: number): Draw {
  let place = 0;
  return (limit) => pcg4d(seed, 0x4d5554, place++, 0)[0] % limit;
}

/** Values that mean something as sizes, counts, types and signs. */
const telling = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** Bytes changed, cut off, put in, repeated or exchanged. Most changes fall on the first bytes, where the headers are. */
export function mutate(bytes: Buffer, draw: Draw): Buffer {
  const place = () => draw(draw(3) > 0 ? Math.min(bytes.length, 160) : bytes.length);
  const [at, end] = [place(), place()];
  const mutant = Buffer.from(bytes);
  switch (draw(6)) {
    case 0:
      return mutant.subarray(0, at);
    case 1:
      return Buffer.concat([mutant, mutant.subarray(0, at)]);
    case 2:
      return Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + 1 + draw(8))]);
    case 3:
      mutant.copy(mutant, at, end, end + 4);
      return mutant;
    default:
      for (let i = 0; i <= draw(4); i++) mutant[place()] = draw(2) ? telling[draw(5)]! : draw(256);
      return mutant;
  }
}
