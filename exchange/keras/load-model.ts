/** @file loadKerasModel(): a whole model from a file of Keras. */
import { ArgumentError, FileError, WgradError } from "../../engine/errors.ts";
import { checkFunction, checkNames, written } from "../../engine/options.ts";
import type { CompileOptions } from "../../models/fit/compile-options.ts";
import type { Model } from "../../models/model.ts";
import { isRecord } from "../../models/records.ts";
import { type HdfGroup, readHdf5 } from "../hdf5/read.ts";
import { bytesOf } from "./load-weights.ts";
import { compileFromKeras } from "./read-compile.ts";
import { modelFromKeras } from "./read-graph.ts";
import type { Notes } from "./read-layer.ts";
import { findState, restoreState } from "./read-optimizer.ts";
import { findWeights, setWeights } from "./read-weights.ts";
import { partsOfKeras } from "./zip.ts";

/** Options of loadKerasModel(). */
export interface KerasModelOptions {
  /**
   * Options of compile() in place of those in the file, as its engine. false: the model is not compiled, and where training
   * stood is left in the file. A file without compile options gives a model that is not compiled.
   */
  readonly compile?: Partial<CompileOptions> | false;
  /** is told what the file says and the model does without, as constraints. A warning on the console unless given */
  readonly note?: Notes;
}

/**
 * The model in a whole-model .h5 of Keras 2 or 3, or a .keras of Keras 3 or tf.keras 2.12 to 2.15, a path or its bytes: compiled
 * as it was, with the optimizer's momentum where the file has it.
 * @throws FileError for a file that is damaged, has weights alone or a layer that wgrad does not have: it says which, by its
 * path in the model; ArgumentError for options
 */
export async function loadKerasModel(
  source: string | Uint8Array,
  options: KerasModelOptions = {},
): Promise<Model> {
  checkNames("loadKerasModel", options, ["compile", "note"]);
  const { compile = {}, note = (text: string) => console.warn(text) } = options;
  checkFunction("loadKerasModel", "note", note);
  if (compile !== false && !isRecord(compile))
    throw new ArgumentError(
      `loadKerasModel: compile must be options of compile() or false, got ${written(compile)}.`,
    );
  const { what, bytes } = await bytesOf("loadKerasModel", source);
  const parts = partsOfKeras(what, bytes);
  const { model, compiled, state } = await readHdf5(what, parts?.weights ?? bytes, (root) => {
    const description = parts ? json(what, "config.json", parts.config) : describedIn(what, root);
    const version = parts?.version ?? root.text("keras_version") ?? "";
    const isKeras3 = version.startsWith("3.");
    const built = about(what, () => modelFromKeras(description, { note, isKeras3 }));
    setWeights(built, findWeights(root, built, {}));
    const training = parts ? partOf(description, "compile_config") : trainingConfig(what, root);
    const found = compile === false ? undefined : compileFromKeras(training, version, note);
    return { model: built, compiled: found, state: found && findState(root, built, found.optimizer) };
  });
  if (compile === false || !compiled) return model;
  await model.compile({ ...compiled.options, ...compile } as CompileOptions);
  try {
    if (!("optimizer" in compile)) restoreState(model, state, note);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function describedIn(what: string, root: HdfGroup): unknown {
  const text = root.text("model_config");
  if (text !== undefined) return json(what, "model_config", text);
  throw new FileError(
    `${what}: has no model_config, so weights alone: build the model and load them with loadKerasWeights(model, path).`,
  );
}

function trainingConfig(what: string, root: HdfGroup): unknown {
  const text = root.text("training_config");
  return text === undefined ? undefined : json(what, "training_config", text);
}

function partOf(description: unknown, name: string): unknown {
  return isRecord(description) ? description[name] : undefined;
}

function json(what: string, part: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FileError(`${what}: its ${part} is damaged JSON: ${(cause as Error).message}.`, { cause });
  }
}

/** What is wrong with what a file describes is a fault of the file. */
function about<R>(what: string, body: () => R): R {
  try {
    return body();
  } catch (cause) {
    if (!(cause instanceof WgradError) || cause instanceof FileError) throw cause;
    throw new FileError(`${what}: ${cause.message}`, { cause });
  }
}
