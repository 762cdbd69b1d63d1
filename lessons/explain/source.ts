/** @file Finds lines in shaders: by what they say, so that the line numbers of lessons never go stale. */
import { KernelError } from "../../engine/errors.ts";
import { readSource, shaderPath } from "../../engine/source.ts";

/** Lines of a file, and where they are. */
export interface SourceLines {
  /** below the project's root */
  readonly path: string;
  /** number of the first one, counted from 1 */
  readonly line: number;
  readonly code: readonly string[];
}

/** The one line of the shader of kernel `id` that starts with `start`, and `count - 1` after it. Throws KernelError unless there is just one. */
export function findLines(id: string, start: string, count = 1): SourceLines {
  const path = shaderPath(id);
  const lines = readSource({ name: id }).split("\n");
  const found = [...lines.keys()].filter((i) => lines[i]!.trimStart().startsWith(start));
  if (found.length !== 1) {
    throw new KernelError(`explain: ${path} has ${found.length} lines that start with "${start}", not one.`);
  }
  const first = found[0]!;
  const margin = lines[first]!.length - lines[first]!.trimStart().length;
  const code = lines.slice(first, first + count).map((line) => line.slice(margin).trimEnd());
  return { path, line: first + 1, code };
}
