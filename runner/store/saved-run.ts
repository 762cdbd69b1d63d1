/** @file A run as its folder holds it: read for comparing runs, for the book and for the table of results. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FileError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { readFolder } from "../../engine/platform/node/files.ts";
import { fromJsonNumber } from "../../models/exact-json.ts";
import { emptyRecord, recordOf } from "../../models/records.ts";
import { readJson } from "../json-files.ts";
import { named } from "./names.ts";

/** What readers of config.json need; experiments may have more. */
const configSchema = z.looseObject({
  experiment: z.string(),
  command: z.string().default(""),
  settings: z.record(z.string(), z.unknown()).default({}),
  started: z.string(),
  adapter: z.looseObject({ class: z.string().optional(), description: z.string().optional() }).default({}),
  versions: z.record(z.string(), z.string()).default({}),
  commit: z.string().nullable().default(null),
  dataset: z.looseObject({
    id: z.string(),
    origin: z.enum(["official", "other", "synthetic"]),
    note: z.string().default(""),
    train: z.number(),
    test: z.number(),
  }),
});

const publishedSchema = z.looseObject({
  name: z.string(),
  measure: z.string(),
  published: z.number(),
  source: z.string().default(""),
});

/** What readers of result.json need. */
export const resultSchema = z.looseObject({
  experiment: z.string(),
  epochs: z.number().optional(),
  seed: z.number().optional(),
  profile: z.string().optional(),
  /** of the network that was trained */
  parameters: z.number().nullish(),
  /** of the network of the full profile */
  parameters_in_full: z.number().nullish(),
  dataset: z
    .looseObject({
      origin: z.enum(["official", "other", "synthetic"]),
      note: z.string().optional(),
      train: z.number().optional(),
      test: z.number().optional(),
    })
    .optional(),
  adapter: z.looseObject({ class: z.string().optional(), description: z.string().optional() }).optional(),
  measured: named(z.unknown()).default(() => emptyRecord()),
  published: z.array(publishedSchema).default([]),
  /** of committed results: how the run differs from one of today */
  note: z.string().optional(),
});

/** A number, also one that JSON has by its name only; null where there is none. */
const numberSchema = z.unknown().transform((value, context) => {
  const number = fromJsonNumber(value);
  if (number === undefined && value !== null)
    context.addIssue({ code: "custom", message: `expected a number, got ${written(value)}` });
  return number ?? null;
});
const historySchema = named(z.array(numberSchema));

export type SavedConfig = z.infer<typeof configSchema>;
export type SavedResult = z.infer<typeof resultSchema>;

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
  if (!existsSync(folder)) throw new FileError(`There is no folder ${folder}.`);
  const configFile = join(folder, "config.json");
  if (!existsSync(configFile)) {
    throw new FileError(
      `${folder} is not a run folder: it has no config.json. A run folder is what \`npm run train\` writes, e.g. runs/svhn-c/2026-11-22T04-41-12.`,
    );
  }
  const config = parse(configFile, configSchema);
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

/** Reads and checks a JSON file. Throws FileError that names it. */
export function parse<T>(file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(readJson(file));
  if (!parsed.success) throw new FileError(`${file} is damaged: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
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
