/** @file A time as people write it. */

/** "163 ms", with three digits, in the unit that suits. */
export function duration(milliseconds: number): string {
  const [value, unit] =
    milliseconds < 1
      ? [1000 * milliseconds, "µs"]
      : milliseconds < 1000
        ? [milliseconds, "ms"]
        : [milliseconds / 1000, "s"];
  return `${value < 1000 ? Number(value.toPrecision(3)) : Math.round(value)} ${unit}`;
}
