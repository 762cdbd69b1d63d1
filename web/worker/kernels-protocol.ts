/** @file What the page and the workers tell each other of kernels: texts, checks and times. All of it is plain data. */
import type { AdapterFacts } from "../../engine/adapter.ts";
import type { Ceilings } from "../../engine/ceilings/ceilings.ts";
import type { KernelVerdict } from "../../lessons/properties/check.ts";
import type { KernelProperty } from "../../lessons/properties/property.ts";
import type { Rung } from "../../lessons/speed/products.ts";
import type { Row } from "../../runner/speed/row.ts";
import type { TraceRow } from "../../runner/trace/trace.ts";

/** A kernel that can be edited. */
export interface KernelFacts extends Pick<KernelProperty, "kernel" | "op"> {
  /** what this adapter lacks to run it */
  readonly missing: KernelProperty["needs"];
}

/** What became of a check; beside the verdicts, what a text can do to the machinery. */
export type KernelOutcome =
  | KernelVerdict
  /** nothing was heard for so long: the worker was ended */
  | { readonly kind: "silent"; readonly seconds: number }
  /** the device went away while it ran */
  | { readonly kind: "lost"; readonly message: string };

/** A launch of a kernel on the fixed problem of its op. */
export interface TimedKernel {
  /** the text is the visitor's */
  readonly isEdited: boolean;
  readonly problem: string;
  readonly row: TraceRow;
}

export interface KernelTiming {
  readonly ceilings: Ceilings;
  /** the edited text first, then the shipped variants of the op that run here */
  readonly kernels: readonly TimedKernel[];
}

/** A text that trains in place of the shipped one. */
export interface KernelEdit {
  readonly kernel: string;
  /** SHA-256 of the text, hexadecimal */
  readonly hash: string;
}

export interface KernelText extends KernelEdit {
  readonly text: string;
}

export const ladderNames = ["dense", "forward", "input-gradient", "filter-gradient"] as const;
export type LadderName = (typeof ladderNames)[number];

/** A rung that was timed, or why it was not. */
export type MeasuredRung =
  | { readonly variant: string; readonly row: Row }
  | { readonly variant: string; readonly missing: Extract<Rung, { missing: unknown }>["missing"] }
  /** it computes something else than the naive kernel */
  | { readonly variant: string; readonly wrong: string };

export interface LadderFacts {
  readonly adapter: AdapterFacts;
  readonly ceilings: Ceilings;
}

export type LadderEvent =
  | { readonly kind: "ceilings"; readonly facts: LadderFacts }
  /** this rung is timed now */
  | { readonly kind: "timing"; readonly ladder: LadderName; readonly variant: string }
  | { readonly kind: "rung"; readonly ladder: LadderName; readonly rung: MeasuredRung };
