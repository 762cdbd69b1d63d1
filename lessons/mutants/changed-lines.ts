/** @file The lines of a shader that a mutant changes, old beside new. */

import { KernelError } from "../../engine/errors.ts";
import { kernelId, readSource } from "../../engine/source.ts";
import { type Mutant, staleness } from "./mutant.ts";

/** A line of a shader, numbered from 1. */
export interface NumberedLine {
  readonly number: number;
  readonly code: string;
}

/** What stands in the shader, and what the mutant puts in its place; of two lines or more, both are numbered from the first. */
export interface ChangedLines {
  readonly before: readonly NumberedLine[];
  readonly after: readonly NumberedLine[];
}

/** The shader with the error in it. Throws KernelError for a mutant whose shader has changed since it was written. */
export function brokenSource(mutant: Mutant): string {
  const stale = staleness(mutant);
  if (stale !== undefined) throw new KernelError(stale);
  return readSource({ name: kernelId(mutant.file) }).replace(mutant.from, () => mutant.to);
}

/** The lines that differ, without what both texts have in common before and after them. */
export function changedLines(mutant: Mutant): ChangedLines {
  const before = readSource({ name: kernelId(mutant.file) }).split("\n");
  const after = brokenSource(mutant).split("\n");
  const shorter = Math.min(before.length, after.length);
  let first = 0;
  while (first < shorter && before[first] === after[first]) first++;
  let last = 0; // lines that are the same at the end
  while (last < shorter - first && before.at(-1 - last) === after.at(-1 - last)) last++;
  const between = (lines: readonly string[]) =>
    lines.slice(first, lines.length - last).map((code, i) => ({ number: first + i + 1, code }));
  return { before: between(before), after: between(after) };
}
