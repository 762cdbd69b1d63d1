/** @file The two languages of the book, and how each writes numbers. */

export const languages = ["en", "es"] as const;
export type Language = (typeof languages)[number];

/** The same in both languages. White space counts as one space, so that texts may break anywhere. */
export type Text = Readonly<Record<Language, string>>;
/** Paragraphs in both languages. */
export type Paragraphs = Readonly<Record<Language, readonly string[]>>;

/** The text with every run of white space made one space, and Spanish "de el" and "a el" contracted. */
export function flowing(text: string): string {
  return text
    .replace(/[ \n]+/g, " ")
    .replace(/\b(de|a) el\b/g, (_, word: string) => (word === "a" ? "al" : "del"))
    .trim();
}

const locales: Record<Language, string> = { en: "en-US", es: "es-ES" };
const space = "\u00a0";

/** 1058726 -> "1,058,726" or "1.058.726" */
export function writeCount(value: number, language: Language): string {
  return value.toLocaleString(locales[language], { maximumFractionDigits: 6, useGrouping: "always" });
}

/** (0.9428, 2) -> "94.28 %" or "94,28 %" */
export function writePercent(fraction: number, language: Language, digits = 2): string {
  return `${writeFixed(100 * fraction, language, digits)}${space}%`;
}

export function writeFixed(value: number, language: Language, digits: number): string {
  return value.toLocaleString(locales[language], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: "always",
  });
}

/** Three significant digits. */
export function writeShort(value: number, language: Language): string {
  return Number(value.toPrecision(3)).toLocaleString(locales[language], {
    maximumFractionDigits: 8,
    useGrouping: "always",
  });
}

/** 75 -> "1 min 15 s" */
export function writeSeconds(seconds: number, language: Language): string {
  if (seconds < 1) return `${writeShort(1000 * seconds, language)}${space}ms`;
  if (seconds < 60) return `${writeShort(seconds, language)}${space}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}${space}min ${whole % 60}${space}s`;
  return `${Math.floor(whole / 3600)}${space}h ${Math.round((whole % 3600) / 60)}${space}min`;
}

/** ["a", "b", "c"] -> "a, b and c" */
export function writeList(items: readonly string[], language: Language): string {
  return new Intl.ListFormat(locales[language], { type: "conjunction" }).format(items);
}
