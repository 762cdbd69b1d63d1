/** @file A snapshot of training: all that a run needs to continue to the same bits. */
import { z } from "zod";
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { History, type HistoryJson } from "../fit/history.ts";

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

export interface TrainingSnapshot {
  readonly position: TrainingPosition;
  /** weights by path */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** optimizer state by slot/path: momentum/conv2d_1/kernel */
  readonly slots: ReadonlyMap<string, Float32Array>;
  /** by the callback's name: weights that callbacks keep, by path */
  readonly kept: ReadonlyMap<string, KeptWeights>;
}

/** zod checks with `is` and says what the value must be, and what it is. */
function must<T>(be: string, is: (value: unknown) => boolean): z.ZodType<T> {
  return z.custom<T>(is, { error: ({ input }) => `must be ${be}, got ${written(input)}` });
}

const isCount = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
const isFloat32 = (value: unknown) => typeof value === "number" && Number.isFinite(Math.fround(value));
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The GPU counts in u32. */
const count = must<number>("a whole number below 2^32", isCount);

/** What is no list or record of its own kind is looked at by hand: zod leaves out entries that are named __proto__. */
const positionSchema = z.object({
  epoch: count,
  batch: count,
  // a halted step is written down as 1 + its number, and 2^32 - 1 has a meaning of its own
  step: must<number>(
    "a whole number below 2^32 - 2",
    (value) => isCount(value) && (value as number) < 2 ** 32 - 2,
  ),
  seed: count,
  learningRate: must<number>(
    "a finite number, 0 or more",
    (value) => isFloat32(value) && (value as number) >= 0,
  ),
  optimizer: must<string>("the name of an optimizer", (value) => typeof value === "string").optional(),
  lossScale: z
    .object({
      scale: must<number>(
        "a positive number",
        (value) => isFloat32(value) && Math.fround(value as number) > 0,
      ),
      goodSteps: count,
      skipped: count,
    })
    .optional(),
  rows: must<number[][]>("lists of numbers", isRows),
  history: must<HistoryJson>("lists of numbers by name", isObject),
  callbacks: must<Record<string, CallbackState>>(
    "an object of states by callback",
    (value) => isObject(value) && Object.values(value as object).every(isObject),
  ),
});

function isRows(value: unknown): boolean {
  const isRow = (row: unknown) => Array.isArray(row) && row.every((entry) => typeof entry === "number");
  return Array.isArray(value) && value.every(isRow);
}

/** The position, which may come from anywhere. Throws ArgumentError, saying what is missing or out of range. */
export function checkedPosition(what: string, value: unknown): TrainingPosition {
  const parsed = positionSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"} ${message}`);
    throw new ArgumentError(`${what}: ${issues.join("; ")}.`);
  }
  try {
    History.fromJSON(parsed.data.history);
  } catch (cause) {
    throw new ArgumentError(`${what}: ${(cause as Error).message}`, { cause });
  }
  return parsed.data;
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
