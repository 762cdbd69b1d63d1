/** @file A model's weights as a safetensors file, Keras's names in layer order, and loading all or a part of them. */
import { ArgumentError, FileError, formatShape } from "../../engine/errors.ts";
import { requireListOf, requirePath, written } from "../../engine/options.ts";
import { type Shape, sameShape } from "../../engine/shape.ts";
import { checkUnclaimed } from "../claims.ts";
import { type Model, requireModel } from "../model.ts";
import type { Network } from "../network.ts";
import type { StoredVariable } from "../stored-variables.ts";
import { requireMap } from "../variable.ts";
import { elementType } from "./element-types.ts";
import { modelFormat, tensorsUnder } from "./model-file.ts";
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
export async function saveWeights(model: Network, path: string): Promise<void> {
  requireModel("saveWeights", model);
  requirePath("saveWeights", path);
  const values = await model.getWeights();
  const entries = model.weights.map(({ path: name, variable }) => {
    return { name, shape: variable.shape, data: values.get(name)! };
  });
  await writeSafetensors(path, entries, { format: "wgrad" });
}

/**
 * Sets the weights of the model that `only` and `skip` select, all unless given, from a file
 * (of saveWeights(), or of model.save(), of which only the weights are read) or a map. Nothing is set
 * unless every selected weight is there with the right type and shape, and every selected entry is in the model.
 * Returns what became of every weight, in the model's order; formatLoadedWeights() makes a table of it.
 * Rejects with FileError (ArgumentError for a map) with what does not fit; ArgumentError for a pattern that matches nothing;
 * WgradError while another call works with the weights.
 */
export async function loadWeights(
  model: Model,
  source: string | WeightValues,
  filter: WeightFilter = {},
): Promise<readonly LoadedWeight[]> {
  requireModel("loadWeights", model);
  if (typeof source !== "string") requireMap("loadWeights", source);
  const values = typeof source === "string" ? await weightsIn(source) : source;
  const weights = model.weights;
  const inModel = new Set(weights.map(({ path }) => path));
  const extra = [...values.keys()].filter((path) => !inModel.has(path)).map(entryOnly);
  const selects = weightSelector("loadWeights", [...weights, ...extra], filter);
  const loaded = new Map<StoredVariable, Float32Array>();
  const rows = [
    ...weights.map((weight) => (selects(weight) ? compare(weight, values, loaded) : skipped(weight))),
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
  for (const [{ path, variable }, data] of loaded) variable.write(data, path);
  return rows;
}

async function weightsIn(path: string): Promise<WeightValues> {
  const file = await readSafetensors(path);
  return file.metadata.format === modelFormat ? tensorsUnder(file, "weight/") : file.tensors;
}

/** The outcome of loadWeights() as lines of text, one per weight, and the counts. */
export function formatLoadedWeights(rows: readonly LoadedWeight[]): string {
  requireListOf("formatLoadedWeights", rows, "what loadWeights() gave", ["path", "outcome"]);
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

/** Notes the values in `loaded` if they fit. */
function compare(
  weight: StoredVariable,
  values: WeightValues,
  loaded: Map<StoredVariable, Float32Array>,
): LoadedWeight {
  const { path, variable } = weight;
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
  const data = floatsOf(found);
  if (typeof data === "string")
    return { path, outcome: "other type", detail: `${path}: F32 expected, ${data} found` };
  loaded.set(weight, data);
  return { path, outcome: "loaded", detail: "" };
}

/** The values as float32, or in words what they are if that would change them. Whole numbers are no weights, but codes of some. */
function floatsOf(found: Float32Array | SafetensorsTensor): Float32Array | string {
  const readable = !("dtype" in found) || elementType(found.dtype) !== undefined;
  const data = readable && "data" in found ? found.data : found;
  if (data instanceof Float32Array) return data;
  const type = "dtype" in found ? found.dtype : typeof found;
  if (!(data instanceof Float64Array)) return type;
  const inexact = data.find((value) => !Object.is(Math.fround(value), value));
  return inexact === undefined ? Float32Array.from(data) : `${type} with ${inexact}, which F32 would round,`;
}
