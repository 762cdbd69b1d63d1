/** @file How numbers are written in the report. A no-break space stands between number and unit. */

const space = "\u00a0";

/** 1058726 -> "1,058,726"; decimals are kept, at most six. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

/** 0.0572 -> "5.72 %" */
export function formatPercent(fraction: number, digits: number): string {
  return formatQuantity(fraction * 100, "%", digits);
}

/** (94.28, "%", 2) -> "94.28 %" */
export function formatQuantity(value: number, unit: string, digits: number): string {
  const number = value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit === "" ? number : `${number}${space}${unit}`;
}

/** Three significant digits: 12.345 -> "12.3", 12345 -> "12,300". */
export function formatShort(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 8 });
}

/** 0.25 -> "15 s", 11.3 -> "11 min 18 s", 130 -> "2 h 10 min" */
export function formatMinutes(minutes: number): string {
  const seconds = Math.round(minutes * 60);
  if (seconds < 60) return `${seconds}${space}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${space}min ${seconds % 60}${space}s`;
  return `${Math.floor(seconds / 3600)}${space}h ${Math.round((seconds % 3600) / 60)}${space}min`;
}

/** "2026-11-21T22:14:05.123Z" -> "2026-11-21 22:14 UTC"; other text stays as it is. */
export function formatTime(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?Z$/.exec(iso);
  return match ? `${match[1]} ${match[2]} UTC` : iso;
}
