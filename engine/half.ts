/** @file IEEE half-precision numbers (f16) in main memory: their bits, since Node 20 has no array of them. */

const smallestNormal = 2 ** -14;
const beyond = 65520; // half a unit above the largest, 65504: this and more rounds to infinity

/** The bits of each value, rounded to the nearest f16 (ties to even); from 65520 on infinity. */
export function encodeHalf(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, halfBits);
}

/** The numbers that `bits` stand for, exactly. */
export function decodeHalf(bits: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bits, halfValue);
}

/** The bits of one value. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= beyond) return sign | 0x7c00;
  const power = size < smallestNormal ? -14 : Math.floor(Math.log2(size));
  const units = roundToEven(size * 2 ** (10 - power)); // 1024 to 2048 for normal numbers, less for others
  return sign + units + (power + 14) * 1024;
}

/** The number that 16 bits stand for. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const power = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (power === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (power === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (power - 25));
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
