/** @file The words of the lessons in one language, from Markdown as the book's are. */
import { ArgumentError } from "../../engine/errors.ts";
import { filled, parseTexts, type TextPage, type TextSection } from "../../report/markdown.ts";
import type { Language } from "../address.ts";

/** A question as the book has it. */
export interface QuestionText extends TextSection {
  /** title of its chapter */
  readonly chapter: string;
}

export class LessonTexts {
  /** of the lessons by hand, by their ids */
  readonly pages: ReadonlyMap<string, TextPage>;
  readonly questions: ReadonlyMap<string, QuestionText>;
  /** guesses, choices and what they show: `svhn-c.ask`, `ae-c.2`, `svhn-c.shown` */
  readonly guesses: TextPage;

  constructor(own: Readonly<Record<string, string>>, book: Readonly<Record<string, string>>) {
    const pages = (files: Readonly<Record<string, string>>) =>
      new Map(Object.entries(files).map(([path, text]) => [nameOf(path), parseTexts(path, text)] as const));
    this.pages = pages(own);
    const guesses = this.pages.get("guesses");
    if (!guesses) throw new ArgumentError("lessons: there is no guesses.md.");
    this.guesses = guesses;
    const sections = [...pages(book).values()].flatMap(({ title, sections: of }) =>
      of.map((section) => [section.id, { ...section, chapter: title }] as const),
    );
    this.questions = new Map(sections);
  }

  /** A message of guesses.md with its slots filled. Throws ArgumentError if it is not there, or a slot has no value. */
  say(key: string, slots: Readonly<Record<string, string>> = {}): string {
    const message = this.guesses.messages.get(key);
    const text = message === undefined ? undefined : filled(message, slots);
    if (text === undefined)
      throw new ArgumentError(`lessons: there is no text ${key}, or it has a slot without value.`);
    return text;
  }
}

/** Loads the language's words; they are no part of the page's first load. */
export async function loadTexts(language: Language): Promise<LessonTexts> {
  const { own, book } = language === "es" ? await import("./content-es.ts") : await import("./content-en.ts");
  return new LessonTexts(own, book);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".md".length);
}
