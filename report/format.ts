/** @file How numbers, times and lists are written in each language. A no-break space stands between number and unit. */
import { type Language, locales } from "./language.ts";

const space = "\u00a0";

/** 1058726 -> "1,058,726", in Spanish "1.058.726"; decimals are kept, at most six. */
export function formatCount(count: number, language: Language = "en"): string {
  return count.toLocaleString(locales[language], { maximumFractionDigits: 6, useGrouping: "always" });
}

/** (0.5, 2) -> "0.50" */
export function formatFixed(value: number, digits: number, language: Language = "en"): string {
  return value.toLocaleString(locales[language], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: "always",
  });
}

/** (94.28, "%", 2) -> "94.28 %" */
export function formatQuantity(
  value: number,
  unit: string,
  digits: number,
  language: Language = "en",
): string {
  const number = formatFixed(value, digits, language);
  return unit === "" ? number : `${number}${space}${unit}`;
}

/** (0.0572, 2) -> "5.72 %" */
export function formatPercent(fraction: number, digits: number, language: Language = "en"): string {
  return formatQuantity(fraction * 100, "%", digits, language);
}

/** A tick of an axis as it is: 0.025 -> "0.025" */
export function formatTick(value: number, language: Language = "en"): string {
  return value.toLocaleString(locales[language], { maximumFractionDigits: 12, useGrouping: "always" });
}

/** Three significant digits: 12.345 -> "12.3", 12345 -> "12,300". */
export function formatShort(value: number, language: Language = "en"): string {
  return Number(value.toPrecision(3)).toLocaleString(locales[language], {
    maximumFractionDigits: 8,
    useGrouping: "always",
  });
}

/** 0.25 -> "250 ms", 15 -> "15 s", 678 -> "11 min 18 s", 7800 -> "2 h 10 min" */
export function formatSeconds(seconds: number, language: Language = "en"): string {
  if (seconds < 1) return `${formatShort(1000 * seconds, language)}${space}ms`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${formatShort(seconds, language)}${space}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${space}min ${whole % 60}${space}s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)}${space}h ${minutes % 60}${space}min`;
}

/** "2026-11-21T22:14:05.123Z" -> "2026-11-21 22:14 UTC"; other text stays as it is. */
export function formatTime(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?Z$/.exec(iso);
  return match ? `${match[1]} ${match[2]} UTC` : iso;
}

/** ["a", "b", "c"] -> "a, b and c" */
export function formatList(items: readonly string[], language: Language = "en"): string {
  return new Intl.ListFormat(locales[language], { type: "conjunction" }).format(items);
}
