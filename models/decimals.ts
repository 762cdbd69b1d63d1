/** @file Decimal fractions as Python prints them. */

/** Python's `f"{value:.{digits}f}"`: an exact tie goes to the even digit (0.625 to 0.62), `toFixed` goes up. */
export function toFixedHalfEven(value: number, digits: number): string {
  // a value halfway between two decimals is an odd multiple of 1 / 2^(digits + 1)
  const parts = value * 2 ** (digits + 1);
  const tie = Number.isInteger(parts) && parts % 2 !== 0;
  if (!tie) return value.toFixed(digits);
  const below = Math.floor(value * 10 ** digits);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}
