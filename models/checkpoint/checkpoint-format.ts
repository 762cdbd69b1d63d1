/**
 * @file How a snapshot lies in a safetensors file: the tensors in three groups by the first word of their names, so that
 * layers may have any name, and the position as JSON in the metadata.
 */
import { ArgumentError, FileError } from "../../engine/errors.ts";
import { checkedExactJson, parseExactJson } from "../exact-json.ts";
import type { SafetensorsEntry, SafetensorsFile } from "../weights/safetensors.ts";
import { firstPosition, snapshotOfFirstFormat } from "./first-checkpoint-format.ts";
import { checkedPosition, type TrainingPosition, type TrainingSnapshot } from "./snapshot.ts";

/** The first word of names: weight/dense_1/kernel, slot/momentum/dense_1/kernel, kept/0/dense_1/kernel. */
type Group = "weight" | "slot" | "kept";

/** of the first format there was none */
const format = "wgrad checkpoint 2";

export interface CheckpointParts {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws ArgumentError for a position that would not come back the same. */
export function checkpointParts(
  { position, weights, slots, kept }: TrainingSnapshot,
  shapes: ReadonlyMap<string, readonly number[]>,
): CheckpointParts {
  const entry = (group: Group, name: string, path: string, data: Float32Array): SafetensorsEntry => ({
    name: `${group}/${name}`,
    shape: shapes.get(path) ?? [data.length],
    data,
  });
  const entries = [
    ...[...weights].map(([path, data]) => entry("weight", path, path, data)),
    ...[...slots].map(([name, data]) => entry("slot", name, restOf(name), data)),
    ...[...kept.values()].flatMap((values, i) =>
      [...values].map(([path, data]) => entry("kept", `${i}/${path}`, path, data)),
    ),
  ];
  const metadata = {
    format,
    position: checkedExactJson("writeCheckpoint: the position", position),
    keepers: JSON.stringify([...kept.keys()]), // names of callbacks; the entries have their numbers
  };
  return { entries, metadata };
}

/** The snapshot in the file at `path`. Throws FileError that says what is damaged, or what to do with an old or new format. */
export function snapshotOf(path: string, { tensors, metadata }: SafetensorsFile): TrainingSnapshot {
  const arrays = new Map<string, Float32Array>();
  for (const [name, { dtype, data }] of tensors) {
    if (!(data instanceof Float32Array)) throw new FileError(`${path}: ${name} is ${dtype}, not F32.`);
    arrays.set(name, data);
  }
  if (metadata.position === undefined)
    throw new FileError(`${path} is no checkpoint of wgrad: it has no readable position.`);
  const text = metadata.position;
  if (metadata.format === undefined)
    return snapshotOfFirstFormat(
      path,
      arrays,
      positionOf(path, () => firstPosition(text)),
    );
  if (metadata.format !== format) {
    throw new FileError(
      `${path} has the format "${metadata.format}"; this version of wgrad reads "${format}" and the one before. ` +
        "Resume it with the version that wrote it.",
    );
  }
  const position = positionOf(path, () => parseExactJson(text));
  const weights = new Map<string, Float32Array>();
  const slots = new Map<string, Float32Array>();
  const kept = new Map<string, Map<string, Float32Array>>();
  const keepers = keeperNames(path, metadata.keepers);
  for (const name of keepers) kept.set(name, new Map());
  for (const [name, data] of arrays) {
    const rest = restOf(name);
    if (name.startsWith("weight/")) weights.set(rest, data);
    else if (name.startsWith("slot/")) slots.set(rest, data);
    else {
      const keeper = name.startsWith("kept/") ? keepers[Number(rest.split("/")[0])] : undefined;
      if (keeper === undefined) throw new FileError(`${path}: ${name} belongs to nothing in a checkpoint.`);
      kept.get(keeper)!.set(restOf(rest), data);
    }
  }
  return { position, weights, slots, kept };
}

function keeperNames(path: string, json: string | undefined): readonly string[] {
  try {
    const names: unknown = JSON.parse(json ?? "");
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  } catch {} // said below
  throw new FileError(`${path}: the names of callbacks in the checkpoint are damaged.`);
}

/** What `parse` reads, checked. Throws FileError that names the file. */
function positionOf(path: string, parse: () => unknown): TrainingPosition {
  let json: unknown;
  try {
    json = parse();
  } catch (cause) {
    throw new FileError(`${path} is no checkpoint of wgrad: it has no readable position.`, { cause });
  }
  try {
    return checkedPosition(`${path}: the position of the checkpoint is damaged`, json);
  } catch (cause) {
    if (cause instanceof ArgumentError) throw new FileError(cause.message, { cause });
    throw cause;
  }
}

/** A name without its first word. */
function restOf(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}
