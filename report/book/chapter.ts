/** @file What a chapter of the book is made of. */
import type { Evidence, Sentence } from "./evidence.ts";
import type { Paragraphs, Text } from "./language.ts";

/** One question with its answer, in both languages. */
export interface ExperimentText {
  readonly title: Text;
  readonly question: Text;
  /** what the run shows: the answer begins with it */
  readonly shown: (run: Evidence) => readonly Sentence[];
  /** what explains it, and holds whatever the run shows */
  readonly why: Paragraphs;
  /** beginnings of the names of the figures to show, in order; without it the charts and the run's own */
  readonly figures?: readonly string[];
}

export interface Chapter {
  /** anchor in the book */
  readonly id: string;
  readonly title: Text;
  readonly introduction: Text;
  /** by experiment, in the assignment's order */
  readonly experiments: Readonly<Record<string, ExperimentText>>;
}
