/** @file What the page and the worker tell each other of kernels that were broken on purpose. */
import type { ChangedLines } from "../../lessons/mutants/changed-lines.ts";

/** A small error that a kernel can be given. */
export interface MutantFacts {
  /** of the link: the kernel and the number among its mutants, "pool2d/max-backward~0" */
  readonly id: string;
  /** id of the kernel */
  readonly kernel: string;
  /** the error in the words of the tests */
  readonly what: string;
}

/** An element of a gradient. */
export interface CheckedNumber {
  readonly analytic: number;
  /** the same by the shipped kernel */
  readonly shipped: number;
  /** the central difference, in float64 */
  readonly numeric: number;
  /** along each axis */
  readonly index: readonly number[];
}

/** A row of the gradient check: the input's gradient, or y itself, by its worst element. */
export interface CheckRow {
  readonly op: string;
  /** the use of the op in words */
  readonly label: string;
  /** whose gradient; undefined for y */
  readonly input: string | undefined;
  /** undefined for y */
  readonly worst: CheckedNumber | undefined;
  /** largest differences by the largest entry: of the shipped kernel's, and of the broken one's */
  readonly before: number;
  readonly after: number;
  /** of both */
  readonly allowed: number;
  readonly isRed: boolean;
}

/** The check with the shipped kernels. */
export interface ShippedCheck {
  /** rows, and how many of them are red */
  readonly rows: number;
  readonly red: number;
  /** mutants whose kernels run here, in the check or in a training */
  readonly mutants: readonly MutantFacts[];
  /** the others */
  readonly idle: readonly MutantFacts[];
}

export type TrainingSide = "shipped" | "broken";

export type BreakEvent =
  /** ops checked so far */
  | { readonly kind: "checking"; readonly done: number; readonly of: number }
  | { readonly kind: "rows"; readonly rows: readonly CheckRow[] }
  | { readonly kind: "losses"; readonly side: TrainingSide; readonly losses: readonly number[] }
  /** a training has ended */
  | {
      readonly kind: "trained";
      readonly side: TrainingSide;
      /** why, if its numbers were not finite */
      readonly fallen: string | undefined;
      /** whether it launches the broken kernel */
      readonly launches: boolean;
    };

/** A mutant with its text. */
export interface Broken extends MutantFacts {
  /** the shader below the project's root */
  readonly file: string;
  /** what must notice, below test/ */
  readonly tests: readonly string[];
  readonly lines: ChangedLines;
}

/** A line that may be the broken one. */
export interface Candidate {
  readonly kernel: string;
  readonly line: number;
  readonly code: string;
}

export interface Verdict {
  readonly right: boolean;
  /** which of the candidates it was */
  readonly candidate: number;
  readonly broken: Broken;
}
