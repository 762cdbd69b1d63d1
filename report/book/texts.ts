/** @file The book's texts in one language: text/<language>/*.md. Chapters by name, all messages by `file.key` or `experiment.key`. */
import { readFileSync } from "node:fs";
import { ArgumentError, nearest } from "../../engine/errors.ts";
import type { Language } from "../language.ts";
import { filled, parseTexts, type TextPage } from "../markdown.ts";

/** The chapters, in the assignment's order. */
export const chapterNames = [
  "cifar10",
  "svhn",
  "autoencoders",
  "denoising",
  "pretraining",
  "tied",
  "cifar25",
  "cifar100",
  "caltech",
] as const;

/** Files of messages alone: words of the page, sentences that answers share, names of figures, reasons. */
export const messageFiles = ["page", "phrases", "measures", "reasons"] as const;

export class BookTexts {
  readonly language: Language;
  readonly chapters: readonly { readonly id: string; readonly page: TextPage }[];
  readonly #messages = new Map<string, string>();

  constructor(language: Language) {
    this.language = language;
    this.chapters = chapterNames.map((id) => ({ id, page: read(language, id) }));
    for (const { page } of this.chapters) {
      for (const [key, message] of page.messages) this.#messages.set(key, message);
    }
    for (const file of messageFiles) {
      for (const [key, message] of read(language, file).messages)
        this.#messages.set(`${file}.${key}`, message);
    }
  }

  get messages(): ReadonlyMap<string, string> {
    return this.#messages;
  }

  /** The message with its slots filled; undefined if one of them has no value. Throws ArgumentError for an unknown key. */
  say(key: string, slots: Readonly<Record<string, string | undefined>> = {}): string | undefined {
    const message = this.#messages.get(key);
    if (message === undefined) {
      const near = nearest(key, [...this.#messages.keys()]);
      throw new ArgumentError(`book: there is no text ${key}.${near ? ` Did you mean ${near}?` : ""}`);
    }
    const text = filled(message, slots);
    return text !== undefined && this.language === "es" ? contracted(text) : text;
  }

  /** A message without slots. */
  word(key: string): string {
    return this.say(key)!;
  }
}

const known = new Map<Language, BookTexts>();

export function bookTexts(language: Language): BookTexts {
  const texts = known.get(language) ?? new BookTexts(language);
  known.set(language, texts);
  return texts;
}

function read(language: Language, name: string): TextPage {
  const file = new URL(`./text/${language}/${name}.md`, import.meta.url);
  return parseTexts(`report/book/text/${language}/${name}.md`, readFileSync(file, "utf8"));
}

/** Spanish "de el" and "a el" are one word each, also where the "el" came out of a slot. */
function contracted(text: string): string {
  return text.replace(/\b(de|a) el\b/g, (_, word: string) => (word === "a" ? "al" : "del"));
}
