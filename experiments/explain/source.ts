/** @file Finds lines in shaders: by what they say, so that the line numbers of lessons never go stale. */
import { KernelError } from "../../engine/errors.ts";
import { readSource } from "../../engine/source.ts";

/** Lines of a file, and where they are. */
export interface SourceLines {
  /** below the project's root */
  readonly path: string;
  /** number of the first one, counted from 1 */
  readonly line: number;
  readonly code: readonly string[];
}

const root = new URL("../../", import.meta.url);

/** The one line of `path` that starts with `start`, and `count - 1` after it. Throws KernelError unless there is just one. */
export function findLines(path: string, start: string, count = 1): SourceLines {
  const lines = readSource(new URL(path, root)).split("\n");
  const found = [...lines.keys()].filter((i) => lines[i]!.trimStart().startsWith(start));
  if (found.length !== 1) {
    throw new KernelError(`explain: ${path} has ${found.length} lines that start with "${start}", not one.`);
  }
  const first = found[0]!;
  const margin = lines[first]!.length - lines[first]!.trimStart().length;
  const code = lines.slice(first, first + count).map((line) => line.slice(margin).trimEnd());
  return { path, line: first + 1, code };
}
