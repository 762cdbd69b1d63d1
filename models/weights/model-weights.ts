/** @file A model's weights as a safetensors file, Keras's names in layer order, and loading all or a part of them. */
import { ArgumentError, FileError, formatShape } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { type Shape, sameShape } from "../../engine/shape.ts";
import { checkUnclaimed } from "../claims.ts";
import { requirePath } from "../files.ts";
import { Model } from "../model.ts";
import type { StoredVariable } from "../stored-variables.ts";
import { requireMap } from "../variable.ts";
import { readSafetensors, type SafetensorsTensor, writeSafetensors } from "./safetensors.ts";
import { type NamedWeight, type WeightFilter, weightSelector } from "./weight-filter.ts";

/** Values by path, from getWeights() of another model or from a file that was read. */
export type WeightValues = ReadonlyMap<string, Float32Array | SafetensorsTensor>;

/** What loading did with one weight, of the model or of the file. */
export interface LoadedWeight {
  readonly path: string;
  readonly outcome: "loaded" | "skipped" | "missing" | "other shape" | "other type" | "not in the model";
  /** in words, where something does not fit */
  readonly detail: string;
}

/** Writes all weights, as float32. Throws FileError. */
export async function saveWeights(model: Model, path: string): Promise<void> {
  requireModel("saveWeights", model);
  requirePath("saveWeights", path);
  const values = await model.getWeights();
  const entries = model.weights.map(({ path: name, variable }) => {
    return { name, shape: variable.shape, data: values.get(name)! };
  });
  writeSafetensors(path, entries, { format: "wgrad" });
}

/**
 * Sets the weights of the model that `only` and `skip` select, all unless given, from a file or a map. Nothing is set
 * unless every selected weight is there with the right type and shape, and every selected entry is in the model.
 * Returns what became of every weight, in the model's order; formatLoadedWeights() makes a table of it.
 * Throws FileError (ArgumentError for a map) with what does not fit; ArgumentError for a pattern that matches nothing.
 */
export function loadWeights(
  model: Model,
  source: string | WeightValues,
  filter: WeightFilter = {},
): readonly LoadedWeight[] {
  requireModel("loadWeights", model);
  if (typeof source !== "string") requireMap("loadWeights", source);
  const values = typeof source === "string" ? readSafetensors(source).tensors : source;
  const weights = model.weights;
  const inModel = new Set(weights.map(({ path }) => path));
  const extra = [...values.keys()].filter((path) => !inModel.has(path)).map(entryOnly);
  const selects = weightSelector("loadWeights", [...weights, ...extra], filter);
  const rows = [
    ...weights.map((weight) => (selects(weight) ? compare(weight, values) : skipped(weight))),
    ...extra.map((entry) => (selects(entry) ? notInModel(entry) : skipped(entry))),
  ];
  const problems = rows.filter(({ outcome }) => outcome !== "loaded" && outcome !== "skipped");
  if (problems.length > 0) {
    const name = typeof source === "string" ? source : "The map";
    const message = `${name} does not fit the model ${model.name}:\n  ${problems.map(({ detail }) => detail).join("\n  ")}`;
    throw typeof source === "string" ? new FileError(message) : new ArgumentError(message);
  }
  checkUnclaimed(
    "loadWeights",
    weights.map(({ variable }) => variable),
  );
  const loaded = new Set(rows.flatMap(({ path, outcome }) => (outcome === "loaded" ? [path] : [])));
  for (const { path, variable } of weights) {
    if (loaded.has(path)) variable.write(dataOf(values.get(path)!) as Float32Array, path);
  }
  return rows;
}

/** The outcome of loadWeights() as lines of text, one per weight, and the counts. */
export function formatLoadedWeights(rows: readonly LoadedWeight[]): string {
  const width = rows.reduce((most, { path }) => Math.max(most, path.length), 0);
  const counts = new Map<string, number>();
  for (const { outcome } of rows) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const total = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  return [...rows.map(({ path, outcome }) => `${path.padEnd(width)}  ${outcome}`), total].join("\n");
}

/** An entry of the file that the model does not have: its layer is what comes before the weight's name. */
function entryOnly(path: string): NamedWeight {
  return { path, owners: path.split("/").slice(0, -1) };
}

function skipped({ path }: NamedWeight): LoadedWeight {
  return { path, outcome: "skipped", detail: "" };
}

function notInModel({ path }: NamedWeight): LoadedWeight {
  return { path, outcome: "not in the model", detail: `${path}: the model has no such weight` };
}

function compare({ path, variable }: StoredVariable, values: WeightValues): LoadedWeight {
  const found = values.get(path);
  const expected = formatShape(variable.shape);
  if (!found) return { path, outcome: "missing", detail: `${path} ${expected}: missing` };
  if (typeof found !== "object") {
    return { path, outcome: "other type", detail: `${path}: F32 expected, ${written(found)} found` };
  }
  const shape: Shape = "shape" in found ? found.shape : [found.length];
  const fits = "shape" in found ? sameShape(shape, variable.shape) : found.length === variable.size;
  if (!fits) {
    const detail = `${path}: ${expected} expected, ${formatShape(shape)} found`;
    return { path, outcome: "other shape", detail };
  }
  if (!(dataOf(found) instanceof Float32Array)) {
    const dtype = "dtype" in found ? found.dtype : typeof found;
    return { path, outcome: "other type", detail: `${path}: F32 expected, ${dtype} found` };
  }
  return { path, outcome: "loaded", detail: "" };
}

function dataOf(found: Float32Array | SafetensorsTensor) {
  return "data" in found ? found.data : found;
}

function requireModel(what: string, model: unknown): void {
  if (model instanceof Model) return;
  throw new ArgumentError(`${what}: needs a model, got ${written(model)}.`);
}
