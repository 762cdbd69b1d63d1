/** @file Test data whose products and short sums are exact in float32. */
import type { Shape } from "../../../engine/shape.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { randomArray } from "../../support/random.ts";

/**
 * Multiples of 1/16 from -1 to 1. A product is a multiple of 1/256 and a sum of up to 65,536 of them is below 2^24 / 256, so
 * float32 adds them without rounding: the GPU and the reference see the same side of relu's kink, and zeros are zeros.
 */
export function sixteenths(shape: Shape, seed: number): Array64 {
  return array64(
    shape,
    randomArray(shape, seed).data.map((value) => Math.round(value * 16) / 16),
  );
}
