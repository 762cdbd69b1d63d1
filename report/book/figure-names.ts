/** @file What the figures of result.json are called in the book. */
import type { Language } from "../language.ts";
import { type BookTexts, bookTexts } from "./texts.ts";

const quantityPrefix = "measures.of.";

/** "test accuracy", "exactitud de prueba"; the key's own words where it is not a known one. */
export function figureName(key: string, language: Language): string {
  const texts = bookTexts(language);
  if (texts.messages.has(`measures.${key}`)) return texts.word(`measures.${key}`);
  // what is measured, where a name begins with what it is measured of: pca_32_knn_error; the longest that fits
  const quantity = [...texts.messages.keys()]
    .filter((name) => name.startsWith(quantityPrefix))
    .map((name) => name.slice(quantityPrefix.length))
    .filter((ending) => key.endsWith(`_${ending}`))
    .sort((a, b) => b.length - a.length)[0];
  if (!quantity) return wordsOf(key, texts);
  return texts.say(`${quantityPrefix}${quantity}`, {
    what: wordsOf(key.slice(0, -quantity.length - 1), texts),
  })!;
}

function wordsOf(key: string, texts: BookTexts): string {
  const words = key.split(/[_-]/).map((word) => {
    const known = `measures.word.${word}`;
    return texts.messages.has(known) ? texts.word(known) : writtenNumber(word, texts.language);
  });
  return words.join(" ");
}

/** "0.5" -> "0,5" in Spanish. */
export function writtenNumber(text: string, language: Language): string {
  return language === "es" ? text.replace(/(\d)\.(\d)/g, "$1,$2") : text;
}

/** Shares are shown in percent. */
export function isShare(key: string): boolean {
  if (/squared|reconstruction_error|loss|mse|ratio/.test(key)) return false;
  return /accuracy|error|compression|share|recall|precision|(^|_)f1|agreement|kept|zero_outputs|outputs_above/.test(
    key,
  );
}
