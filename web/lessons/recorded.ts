/** @file What the kernels have computed for the lessons by hand: for browsers without WebGPU. test/web/record-lessons.ts writes it. */

import type { HandName } from "../../lessons/by-hand/examples.ts";
import type { HandExplanation } from "../../lessons/by-hand/hand-work.ts";
import type { HandAnswer } from "../worker/lessons.ts";
import recorded from "./recorded.json" with { type: "json" };

/** As JSON has it. */
export interface RecordedLessons {
  /** the adapter's */
  readonly adapter: string;
  readonly numbers: Readonly<Record<HandName, Readonly<Record<string, readonly number[]>>>>;
  /** by example and first question: "dense y 0" */
  readonly explanations: Readonly<Record<string, HandExplanation>>;
}

export const recordedKey = (example: string, [result, at]: readonly [string, number]) =>
  `${example} ${result} ${at}`;

/** Undefined for a number whose sum was not recorded. */
export function recordedAnswer(
  example: HandName,
  asks: readonly [result: string, at: number],
): HandAnswer | undefined {
  const { numbers, explanations } = recorded as unknown as RecordedLessons;
  const explained = explanations[recordedKey(example, asks)];
  if (!explained) return undefined;
  const entries = Object.entries(numbers[example]).map(
    ([name, values]) => [name, Float32Array.from(values)] as const,
  );
  return { numbers: Object.fromEntries(entries), asked: explained };
}
