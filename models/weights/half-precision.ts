/** @file Conversion between numbers and the two 16-bit floating-point formats, on their bit patterns. */
import { halfBits } from "../../engine/half.ts";

export { halfValue as halfToNumber } from "../../engine/half.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The binary16 pattern nearest to `value` rounded to float32; ties go to the even pattern, overflow to infinity. */
export function numberToHalf(value: number): number {
  return halfBits(Math.fround(value));
}

/** The value of a bfloat16 pattern: the upper half of a float32. */
export function bfloatToNumber(pattern: number): number {
  bits[0] = pattern << 16;
  return float[0]!;
}
