/** @file A snapshot of training: all that a run needs to continue to the same bits. */
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { History, type HistoryJson } from "../fit/history.ts";
import { ownEntry } from "../records.ts";

/** JSON-compatible state of a callback. */
export type CallbackState = Record<string, unknown>;

/** Weights that a callback keeps, by path. */
export type KeptWeights = ReadonlyMap<string, Float32Array>;

/** Where training stands between two steps. */
export interface TrainingPosition {
  /** epochs finished */
  readonly epoch: number;
  /** batches finished in the running epoch */
  readonly batch: number;
  /** optimizer updates so far */
  readonly step: number;
  readonly seed: number;
  readonly learningRate: number;
  /** name of the optimizer; unknown of checkpoints before there was this field */
  readonly optimizer?: string | undefined;
  /** of precision "mixed" only */
  readonly lossScale?:
    | { readonly scale: number; readonly goodSteps: number; readonly skipped: number }
    | undefined;
  /** what the finished batches of the running epoch reported: rows of the log */
  readonly rows: readonly (readonly number[])[];
  readonly history: HistoryJson;
  /** by the callback's name */
  readonly callbacks: Readonly<Record<string, CallbackState>>;
}

/** All that training needs to go on to the same bits: weights, moments of the optimizer, position, and what callbacks keep. */
export interface TrainingSnapshot {
  readonly position: TrainingPosition;
  /** weights by path */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** optimizer state by slot/path: momentum/conv2d_1/kernel */
  readonly slots: ReadonlyMap<string, Float32Array>;
  /** by the callback's name: weights that callbacks keep, by path */
  readonly kept: ReadonlyMap<string, KeptWeights>;
}

const isCount = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
const isFloat32 = (value: unknown) => typeof value === "number" && Number.isFinite(Math.fround(value));
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A field, what it must be in words, and whether it is. */
type Rule = readonly [name: string, be: string, is: (value: unknown) => boolean];

/** The GPU counts in u32. */
const count = (name: string): Rule => [name, "a whole number below 2^32", isCount];

const positionRules: readonly Rule[] = [
  count("epoch"),
  count("batch"),
  // a halted step is written down as 1 + its number, and 2^32 - 1 has a meaning of its own
  ["step", "a whole number below 2^32 - 2", (value) => isCount(value) && (value as number) < 2 ** 32 - 2],
  count("seed"),
  ["learningRate", "a finite number, 0 or more", (value) => isFloat32(value) && (value as number) >= 0],
  ["optimizer", "the name of an optimizer", (value) => value === undefined || typeof value === "string"],
  ["lossScale", "an object", (value) => value === undefined || isObject(value)],
  ["rows", "lists of numbers", isRows],
  ["history", "lists of numbers by name", isObject],
  [
    "callbacks",
    "an object of states by callback",
    (value) => isObject(value) && Object.values(value).every(isObject),
  ],
];

const scaleRules: readonly Rule[] = [
  ["scale", "a positive number", (value) => isFloat32(value) && Math.fround(value as number) > 0],
  count("goodSteps"),
  count("skipped"),
];

/** What is wrong with the fields of `value`; `place` stands before their names. */
function problemsIn(rules: readonly Rule[], value: Record<string, unknown>, place = ""): string[] {
  return rules.flatMap(([name, be, is]) => {
    const found = ownEntry(value, name);
    return is(found) ? [] : [`${place}${name} must be ${be}, got ${written(found)}`];
  });
}

/** The fields of the rules alone, those that are there. */
function only(rules: readonly Rule[], value: Record<string, unknown>): Record<string, unknown> {
  const present = rules.filter(([name]) => ownEntry(value, name) !== undefined);
  return Object.fromEntries(present.map(([name]) => [name, value[name]]));
}

function isRows(value: unknown): boolean {
  const isRow = (row: unknown) => Array.isArray(row) && row.every((entry) => typeof entry === "number");
  return Array.isArray(value) && value.every(isRow);
}

/** The position, which may come from anywhere. Throws ArgumentError, saying what is missing or out of range. */
export function checkedPosition(what: string, value: unknown): TrainingPosition {
  if (!isObject(value)) throw new ArgumentError(`${what}: it must be an object, got ${written(value)}.`);
  const { lossScale } = value;
  const inner = isObject(lossScale) ? problemsIn(scaleRules, lossScale, "lossScale.") : [];
  const problems = [...problemsIn(positionRules, value), ...inner];
  if (problems.length > 0) throw new ArgumentError(`${what}: ${problems.join("; ")}.`);
  const position = {
    ...only(positionRules, value),
    ...(isObject(lossScale) && { lossScale: only(scaleRules, lossScale) }),
  } as unknown as TrainingPosition;
  try {
    History.fromJSON(position.history);
  } catch (cause) {
    throw new ArgumentError(`${what}: ${(cause as Error).message}`, { cause });
  }
  return position;
}

/** Throws ArgumentError for anything but a snapshot. What it holds may still not fit a model. */
export function checkSnapshot(what: string, value: unknown): asserts value is TrainingSnapshot {
  const { position, weights, slots, kept } = (value ?? {}) as Partial<TrainingSnapshot>;
  const maps = [weights, slots, ...(kept instanceof Map ? kept.values() : [undefined])];
  if (!isObject(value) || position === undefined || !maps.every(isWeights)) {
    throw new ArgumentError(
      `${what}: needs a snapshot of training, from readCheckpoint() or a callback's control.snapshot(), got ${written(value)}.`,
    );
  }
  checkedPosition(`${what}: the position of the snapshot`, position);
}

function isWeights(value: unknown): boolean {
  return value instanceof Map && [...value.values()].every((data) => data instanceof Float32Array);
}
