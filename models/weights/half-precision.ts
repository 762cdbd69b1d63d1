/** @file Conversion between numbers and the two 16-bit floating-point formats, on their bit patterns. */
import { halfBits } from "../../engine/half.ts";

export { halfValue as halfToNumber } from "../../engine/half.ts";

/** The binary16 pattern nearest to `value` rounded to float32; ties go to the even pattern, overflow to infinity. */
export function numberToHalf(value: number): number {
  return halfBits(Math.fround(value));
}
