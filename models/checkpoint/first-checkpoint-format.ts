/**
 * @file Checkpoints as they were written before they named their format: weights under their own names, beside moments under
 * optimizer/ and what callbacks keep under callback/. Weights of a layer of such a name cannot be told from these.
 */
import { FileError } from "../../engine/errors.ts";
import { ownEntry } from "../records.ts";
import type { TrainingPosition, TrainingSnapshot } from "./snapshot.ts";

const slotPrefix = "optimizer/";
const keptPrefix = "callback/";

/** Throws FileError if a layer's name makes the file ambiguous. */
export function snapshotOfFirstFormat(
  path: string,
  arrays: ReadonlyMap<string, Float32Array>,
  position: TrainingPosition,
): TrainingSnapshot {
  const weights = new Map<string, Float32Array>();
  const slots = new Map<string, Float32Array>();
  const kept = new Map<string, Map<string, Float32Array>>();
  for (const [name, data] of arrays) {
    if (name.startsWith(slotPrefix)) slots.set(name.slice(slotPrefix.length), data);
    else if (!name.startsWith(keptPrefix)) weights.set(name, data);
  }
  for (const [name, data] of arrays) {
    if (!name.startsWith(keptPrefix)) continue;
    const rest = name.slice(keptPrefix.length);
    const keepers = Object.keys(position.callbacks).filter((key) => rest.startsWith(`${key}/`));
    const keeper = keepers.length === 1 ? keepers[0]! : undefined;
    if (keeper === undefined) throw ambiguous(path, name);
    const own = kept.get(keeper) ?? new Map<string, Float32Array>();
    kept.set(keeper, own.set(rest.slice(keeper.length + 1), data));
  }
  const stray = [...slots.keys()].find((name) => !weights.has(name.slice(name.indexOf("/") + 1)));
  if (stray !== undefined) throw ambiguous(path, slotPrefix + stray);
  return { position, weights, slots, kept };
}

/** The position as JSON, not checked. NaN and infinities of unfinished epochs were written as null: which it was is lost. */
export function firstPosition(text: string): unknown {
  const position: unknown = JSON.parse(text);
  const rows = ownEntry((position ?? {}) as Readonly<Record<string, unknown>>, "rows");
  if (!Array.isArray(rows)) return position;
  const number = (value: unknown) => (value === null ? Number.NaN : value);
  const filled = rows.map((row: unknown) => (Array.isArray(row) ? row.map(number) : row));
  return { ...(position as object), rows: filled };
}

function ambiguous(path: string, name: string): FileError {
  return new FileError(
    `${path} was written by an earlier version of wgrad, which kept moments under optimizer/ and what callbacks keep under ` +
      `callback/, so ${name} may be the weight of a layer. Resume it with that version, or start anew from the weights file.`,
  );
}
