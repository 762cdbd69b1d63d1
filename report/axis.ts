/** @file Layout of charts: round ticks and labels that do not overlap. */

/** Round numbers from at most `low` to at least `high`, in about `count` steps of 1, 2, 2.5 or 5 times a power of ten. */
export function roundTicks(low: number, high: number, count: number): number[] {
  const span = high - low || Math.abs(high) || 1;
  const magnitude = 10 ** Math.floor(Math.log10(span / count));
  const step = magnitude * ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude * count >= span) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** At most about `count` of the whole numbers from `low` to `high`, both ends among them where steps allow. */
export function wholeTicks(low: number, high: number, count: number): number[] {
  const step =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => (high - low) / size <= count) ?? 2000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
  if (ticks[0] !== low) ticks.unshift(low);
  return ticks;
}

/** Moves positions apart to at least `gap`, as little as one pass down and one up allow, within `low`..`high`. */
export function spreadApart(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]!);
  const spread = [...positions];
  let floor = low;
  for (const i of order) {
    spread[i] = Math.max(spread[i]!, floor);
    floor = spread[i]! + gap;
  }
  let ceiling = high;
  for (const i of order.reverse()) {
    spread[i] = Math.min(spread[i]!, ceiling);
    ceiling = spread[i]! - gap;
  }
  return spread;
}

/** Estimated width in pixels: generous, since the reader's font is not known. */
export function textWidth(text: string, fontSize: number): number {
  return Math.ceil([...text].length * fontSize * 0.58);
}
