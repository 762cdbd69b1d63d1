/** @file What runs of this project gave: the files of docs/results, as they are committed. */
import type { SavedResult } from "../../runner/store/schemas.ts";

const files = import.meta.glob<SavedResult>("../../docs/results/*.json", { import: "default", eager: true });

export interface ResultFile {
  /** below the project's root */
  readonly path: string;
  readonly result: SavedResult;
}

export type Results = ReadonlyMap<string, ResultFile>;

/** Full runs before quick ones, real images before stand-ins. */
function rank({ profile = "full", dataset }: SavedResult): number {
  return (profile === "quick" ? 2 : 0) + (dataset?.origin === "synthetic" ? 1 : 0);
}

/** By experiment, of several results the one that says most; several seeds of an experiment are a result of it. */
export const results: Results = new Map(
  Object.entries(files)
    .map(([path, result]) => ({ path: path.replace(/^(\.\.\/)+/, ""), result }))
    .toSorted((a, b) => rank(b.result) - rank(a.result))
    .map((file) => [file.result.experiment.replace(/-sweep$/, ""), file] as const),
);
