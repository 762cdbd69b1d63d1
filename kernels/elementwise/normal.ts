/** @file The standard normal distribution in float64. */

/** exp(-x^2 / 2) / sqrt(2 pi). */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The share below x. Abramowitz and Stegun 26.2.11 near 0, the continued fraction 26.2.14 of the upper tail beyond. */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  const tail = size < 3 ? 0.5 - normalDensity(size) * centralSeries(size) : upperTail(size);
  return x > 0 ? 1 - tail : tail;
}

/** x + x^3 / 3 + x^5 / (3 * 5) + ... */
function centralSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}

/** density / (x + 1 / (x + 2 / (x + ...))), from its 100th term outwards. */
function upperTail(x: number): number {
  let fraction = x;
  for (let k = 100; k >= 1; k--) fraction = x + k / fraction;
  return normalDensity(x) / fraction;
}
