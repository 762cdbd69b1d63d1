/** @file Conversion between float32 and the two 16-bit floating-point formats, on their bit patterns. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The value of an IEEE 754 binary16 pattern: 1 sign, 5 exponent, 10 fraction bits. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The binary16 pattern nearest to `value` rounded to float32; ties go to the even pattern, overflow to infinity. */
export function numberToHalf(value: number): number {
  float[0] = value;
  const pattern = bits[0]!;
  const sign = (pattern >>> 16) & 0x8000;
  const magnitude = pattern & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and more
  if (magnitude >= 0x38800000) return sign | roundToEven(magnitude - 0x38000000, 13); // normal: 2^-14 and more
  const shift = 126 - (magnitude >>> 23); // subnormal: multiples of 2^-24
  if (shift > 24) return sign;
  return sign | roundToEven((magnitude & 0x7fffff) | 0x800000, shift);
}

/** `value / 2^shift`, rounded to the nearest integer, ties to even. */
function roundToEven(value: number, shift: number): number {
  const down = value >>> shift;
  const rest = value - down * 2 ** shift;
  const tie = 2 ** (shift - 1);
  return rest > tie || (rest === tie && down & 1) ? down + 1 : down;
}

/** The value of a bfloat16 pattern: the upper half of a float32. */
export function bfloatToNumber(pattern: number): number {
  bits[0] = pattern << 16;
  return float[0]!;
}
