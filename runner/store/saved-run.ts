/** @file A run as its folder holds it: read for comparing runs, for the book and for the table of results. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readFolder } from "../../engine/platform/node/files.ts";
import { emptyRecord, recordOf } from "../../models/records.ts";
import { parse, requireRun } from "./run-folder.ts";
import {
  historySchema,
  resultSchema,
  type SavedConfig,
  type SavedResult,
  shownConfigSchema,
} from "./schemas.ts";

/** Keras's names, one number per epoch; null where there is none. */
export interface SavedHistory {
  readonly epoch: readonly number[];
  readonly [metric: string]: readonly (number | null)[];
}

export interface SavedRun {
  readonly folder: string;
  readonly config: SavedConfig;
  /** absent while the run is not finished */
  readonly result?: SavedResult;
  readonly history?: SavedHistory;
  /** final figures by name: the numbers of result.json's `measured` */
  readonly measured: Readonly<Record<string, number>>;
  /** names of figures/*.svg, without ending */
  readonly figures: readonly string[];
}

/** Reads a run folder. Throws FileError if it is none, or if one of its files is damaged. */
export function readSavedRun(folder: string): SavedRun {
  requireRun(folder);
  const config = parse(join(folder, "config.json"), shownConfigSchema);
  const result = optional(join(folder, "result.json"), resultSchema);
  const history = optional(join(folder, "history.json"), historySchema);
  return {
    folder,
    config,
    ...(result ? { result } : {}),
    ...(history ? { history: withEpochs(history) } : {}),
    measured: numbersOf(result?.measured ?? {}),
    figures: figureNames(join(folder, "figures")),
  };
}

const partsSchema = z.record(z.string(), z.looseObject({ seconds: z.number() }));

/** Seconds of training: measured, or the sum over a study's networks, or over the epochs so far. */
export function trainingSeconds({
  measured,
  history,
  result,
}: Pick<SavedRun, "measured" | "history" | "result">): number | undefined {
  if (measured.seconds !== undefined) return measured.seconds;
  const parts = partsSchema.safeParse(result?.parts);
  const seconds = parts.success
    ? Object.values(parts.data).map((part) => part.seconds)
    : (history?.seconds ?? []).filter((value) => value !== null);
  return seconds.length > 0 ? seconds.reduce((sum, value) => sum + value, 0) : undefined;
}

/** The finite numbers among measured values: one that is not, which JSON has by its name, is no figure to compare. */
export function numbersOf(values: Readonly<Record<string, unknown>>): Record<string, number> {
  const isNumber = (entry: [string, unknown]): entry is [string, number] => Number.isFinite(entry[1]);
  return recordOf(Object.entries(values).filter(isNumber));
}

function optional<T>(file: string, schema: z.ZodType<T>): T | undefined {
  return existsSync(file) ? parse(file, schema) : undefined;
}

function withEpochs(history: Record<string, (number | null)[]>): SavedHistory {
  const longest = Math.max(0, ...Object.values(history).map((values) => values.length));
  const epoch =
    history.epoch?.filter((value) => value !== null) ?? [...Array(longest).keys()].map((k) => k + 1);
  return Object.assign(emptyRecord<readonly (number | null)[]>(), history, { epoch });
}

function figureNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readFolder(folder)
    .filter((entry) => entry.isFile() && entry.name.endsWith(".svg"))
    .map(({ name }) => name.slice(0, -".svg".length));
}
