/** @file saveKerasModel(): a model as a file that Keras opens. */
import { platform } from "#platform";
import { ArgumentError, WgradError } from "../../engine/errors.ts";
import {
  checkChoice,
  checkFlag,
  checkFunction,
  checkNames,
  requireParts,
  requirePath,
} from "../../engine/options.ts";
import { type Model, requireModel } from "../../models/model.ts";
import { type HdfArray, type HdfTree, writeHdf5 } from "../hdf5/write.ts";
import { floatOptions } from "./optimizer-options.ts";
import type { Notes } from "./read-layer.ts";
import { type KerasTraining, kerasCompile } from "./write-compile.ts";
import { kerasModel } from "./write-graph.ts";
import { namedState, numberedState } from "./write-optimizer.ts";
import { layeredWeights, numberedWeights } from "./write-weights.ts";
import { zipOfKeras } from "./zip.ts";

/** What is written: Keras 3's own format, the HDF5 of Keras 2, or weights alone as Keras 3 has them. */
export type KerasFormat = "keras" | "h5" | "weights.h5";

const formats = ["keras", "h5", "weights.h5"] as const satisfies readonly KerasFormat[];

/** Options of saveKerasModel(). */
export interface SaveKerasOptions {
  /** by the ending of the path unless given */
  readonly format?: KerasFormat;
  /** is told what the file does without. A warning on the console unless given */
  readonly note?: Notes;
  /**
   * whether the state of the optimizer is written. Default true for .keras. For .h5 false: Keras 3.15 loads no file with a state,
   * not even its own, in a way that it could be trained on; Keras 2 takes it over
   */
  readonly optimizerState?: boolean;
}

/** The version whose layout is written; files say so. */
const versions = { keras: "3.9.0", h5: "2.10.0" } as const;

/**
 * Writes the model to a .keras, .h5 or .weights.h5 that Keras 3 opens, .h5 in the layout of Keras 2; with the options of compile()
 * and, in a .keras, the state of the optimizer. The file before stays until the new one is whole.
 * @throws ArgumentError for a layer or a function that Keras does not have, with its path; WgradError before the model has weights
 */
export async function saveKerasModel(
  model: Model,
  path: string,
  options: SaveKerasOptions = {},
): Promise<void> {
  requirePath("saveKerasModel", path);
  requireParts("saveKerasModel", options, "options");
  const format = options.format ?? formatOf(path);
  if (!format)
    throw new ArgumentError(
      `saveKerasModel: ${path} should end in .keras, .h5 or .weights.h5; or give { format: "keras" }.`,
    );
  await platform.files.write(path, [await bytesFor("saveKerasModel", model, { ...options, format })]);
}

function formatOf(path: string): KerasFormat | undefined {
  return [...formats].reverse().find((format) => path.endsWith(`.${format}`));
}

/** The bytes of such a file, as a page takes them. Default format "keras". See saveKerasModel(). */
export async function kerasBytes(model: Model, options: SaveKerasOptions = {}): Promise<Uint8Array> {
  return bytesFor("kerasBytes", model, options);
}

async function bytesFor(call: string, model: Model, options: SaveKerasOptions): Promise<Uint8Array> {
  requireModel(call, model);
  checkNames(call, options, ["format", "note", "optimizerState"]);
  const { format = "keras", note = (text: string) => console.warn(text) } = options;
  checkChoice(call, "format", format, formats);
  checkFunction(call, "note", note);
  const { optimizerState = format !== "h5" } = options;
  checkFlag(call, "optimizerState", optimizerState);
  return model.reading(call, () =>
    format === "h5" ? h5Bytes(model, optimizerState, note) : kerasParts(model, format, optimizerState, note),
  );
}

async function kerasParts(
  model: Model,
  format: "keras" | "weights.h5",
  withState: boolean,
  note: Notes,
): Promise<Uint8Array> {
  const described = kerasModel(model, 3, note);
  const values = await weightValues(model);
  const weights = numberedWeights(model, values);
  if (format === "weights.h5") return writeHdf5(weights);
  const { compiled } = model;
  const training = compiled && kerasCompile(compiled, model.optimizer.learningRate, 3, note);
  const config = {
    module: described.class_name === "Functional" ? "keras.src.models.functional" : "keras",
    ...described,
    registered_name: described.class_name === "Functional" ? "Functional" : null,
    ...(training && { compile_config: compileConfig(training) }),
  };
  const groups = new Map(weights.groups);
  if (training && withState) groups.set("optimizer", await numberedState(model));
  return zipOfKeras({
    "metadata.json": JSON.stringify({ keras_version: versions.keras, date_saved: "1980-01-01@00:00:00" }),
    "config.json": withFloats(JSON.stringify(config)),
    "model.weights.h5": await writeHdf5({ ...weights, groups }),
  });
}

/** JSON in which the floats of optimizers are written as Python's are: 1.0. A quote within a text has a backslash before it. */
function withFloats(json: string): string {
  return json.replace(new RegExp(`(?<!\\\\)"(${floatOptions.join("|")})":-?\\d+(?=[,}])`, "g"), "$&.0");
}

function compileConfig({ optimizer, loss, metrics }: KerasTraining) {
  const found = (module: string, object: object) => ({ module, ...object, registered_name: null });
  return {
    optimizer: found("keras.optimizers", optimizer),
    loss: typeof loss === "string" ? loss : found("keras.losses", loss),
    metrics,
  };
}

async function h5Bytes(model: Model, withState: boolean, note: Notes): Promise<Uint8Array> {
  const described = kerasModel(model, 2, note);
  const { compiled } = model;
  const training = compiled && kerasCompile(compiled, model.optimizer.learningRate, 2, note);
  const values = await weightValues(model);
  const version = { keras_version: versions.h5, backend: "tensorflow" };
  const groups = new Map([["model_weights", layeredWeights(model, values, version)]]);
  if (training && withState) groups.set("optimizer_weights", await namedState(model));
  const tree: HdfTree = {
    attributes: {
      ...version,
      model_config: JSON.stringify(described),
      ...(training && { training_config: withFloats(JSON.stringify(trainingConfig(training))) }),
    },
    groups,
  };
  return writeHdf5(tree);
}

function trainingConfig({ optimizer, loss, metrics }: KerasTraining) {
  return { optimizer_config: optimizer, loss, metrics, weighted_metrics: null, loss_weights: null };
}

async function weightValues(model: Model): Promise<ReadonlyMap<unknown, HdfArray>> {
  if (model.weights.some(({ variable }) => !variable.built))
    throw new WgradError(`saveKerasModel: ${model.name} has no weights yet: await model.compile() first.`);
  const values = await model.getWeights();
  return new Map(
    model.weights.map(({ path, variable }) => [variable, { shape: variable.shape, data: values.get(path)! }]),
  );
}
