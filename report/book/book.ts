/** @file What the book is made from. */
import type { Experiment } from "../../runner/experiment.ts";
import type { NewestRuns } from "../../runner/store/runs.ts";
import type { FigurePlan } from "../figure-spec.ts";
import type { Language } from "../language.ts";
import type { Chapter } from "./chapter.ts";

export interface Book {
  /** in the language of the book */
  readonly chapters: readonly Chapter[];
  /** the registry */
  readonly experiments: readonly Experiment[];
  readonly runs: NewestRuns;
  readonly language: Language;
  readonly made: Date;
  /** e.g. "wgrad 0.1.0" */
  readonly maker: string;
}

/** What the figures of the runs are drawn from, by experiment; runs of earlier versions do not say it. */
export type FigurePlans = ReadonlyMap<string, readonly FigurePlan[]>;
