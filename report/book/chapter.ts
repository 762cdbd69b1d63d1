/** @file What a chapter of the book is made of. */
import { ArgumentError } from "../../engine/errors.ts";
import { ownEntry } from "../../models/records.ts";
import type { Language } from "../language.ts";
import { answers } from "./chapters/index.ts";
import type { Answer } from "./evidence.ts";
import { bookTexts } from "./texts.ts";

/** One question with its answer. */
export interface ExperimentText extends Answer {
  readonly title: string;
  readonly question: string;
  /** what explains it, and holds whatever the run shows */
  readonly why: readonly string[];
}

export interface Chapter {
  /** anchor in the book */
  readonly id: string;
  readonly title: string;
  readonly introduction: readonly string[];
  /** by experiment, in the assignment's order */
  readonly experiments: Readonly<Record<string, ExperimentText>>;
}

/** The chapters in a language. Throws ArgumentError for a section whose answer has no code. */
export function readChapters(language: Language): Chapter[] {
  return bookTexts(language).chapters.map(({ id, page }) => ({
    id: `section-${id}`,
    title: page.title,
    introduction: page.paragraphs,
    experiments: Object.fromEntries(
      page.sections.map((section) => {
        const answer = ownEntry(answers, section.id);
        if (!answer) throw new ArgumentError(`book: nothing computes what ${section.id} shows.`);
        const { title, question, paragraphs: why } = section;
        return [section.id, { title, question, why, ...answer }];
      }),
    ),
  }));
}
