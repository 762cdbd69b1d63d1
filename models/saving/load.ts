/** @file A whole model from what saveModel() or model.save() wrote. */
import { ArgumentError, FileError, WgradError } from "../../engine/errors.ts";
import { checkOptionNames, written } from "../../engine/options.ts";
import { parseExactJson } from "../exact-json.ts";
import type { CompileOptions } from "../fit/compile-options.ts";
import type { Model } from "../model.ts";
import { isRecord } from "../records.ts";
import { modelFormat, tensorsUnder } from "../weights/model-file.ts";
import { loadWeights } from "../weights/model-weights.ts";
import { readSafetensors, type SafetensorsFile, type SafetensorsTensor } from "../weights/safetensors.ts";
import { type LayerClasses, modelFrom } from "./build.ts";
import { compileOptions, restoreTraining } from "./compiled.ts";

/** Options of loadModel(). */
export interface LoadModelOptions {
  /** classes of one's own layers by their class names: { MyLayer } */
  readonly layers?: LayerClasses;
  /**
   * Options of compile() beside those in the file, as its engine, and functions, which a file cannot hold. false: the model is
   * not compiled, and where training stood is left in the file.
   */
  readonly compile?: Partial<CompileOptions> | false;
}

/**
 * The model in a file, or in the bytes of one, compiled as it was: training goes on to the same bits. It is not compiled where
 * it was not when it was saved, or was saved without its optimizer.
 * @throws FileError for a file that is damaged, of another kind, or of a later version; ArgumentError for options, or a layer
 * class or function that must be given
 */
export async function loadModel(source: string | Uint8Array, options: LoadModelOptions = {}): Promise<Model> {
  checkOptionNames("loadModel", options, { layers: true, compile: true });
  const { layers = {}, compile = {} } = options;
  if (!isRecord(layers))
    throw new ArgumentError(`loadModel: layers must be classes by name, got ${written(layers)}.`);
  if (compile !== false && !isRecord(compile))
    throw new ArgumentError(
      `loadModel: compile must be options of compile() or false, got ${written(compile)}.`,
    );
  const what = typeof source === "string" ? source : "The model";
  const file = await readSafetensors(source);
  const { metadata } = file;
  checkFormat(what, file);
  const [weights, slots] = [tensorsUnder(file, "weight/"), tensorsUnder(file, "slot/")];
  if (weights.size + slots.size < file.tensors.size)
    throw new FileError(`${what}: it has tensors that are neither weights nor moments.`);
  const model = build(what, json(what, "layers", metadata.layers), layers);
  await setWeights(what, model, weights);
  if (compile === false || metadata.compile === undefined) return model;
  const record = compileOptions(what, json(what, "compile options", metadata.compile), compile);
  const training = json(what, "position in training", metadata.training);
  await model.compile(record);
  try {
    restoreTraining(what, model.session, training, slots);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}

function checkFormat(what: string, { metadata }: SafetensorsFile): void {
  const { format } = metadata;
  if (format === modelFormat) return;
  const kind = format === undefined ? "says not what it is" : `is "${format}"`;
  const hint = format?.startsWith("wgrad model")
    ? "Load it with the version of wgrad that wrote it."
    : "loadWeights() reads weights alone, readCheckpoint() the folder of a checkpoint.";
  throw new FileError(`${what} ${kind}; "${modelFormat}", as model.save() writes it, is expected. ${hint}`);
}

function json(what: string, part: string, text: string | undefined): unknown {
  try {
    return parseExactJson(text ?? "");
  } catch (cause) {
    throw new FileError(`${what}: its ${part} are damaged: ${(cause as Error).message}.`, { cause });
  }
}

function build(what: string, layers: unknown, own: LayerClasses): Model {
  try {
    return modelFrom(layers, own);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const Kind = cause instanceof ArgumentError ? ArgumentError : FileError;
    throw new Kind(`loadModel: ${what}: ${reason}`, { cause });
  }
}

async function setWeights(
  what: string,
  model: Model,
  weights: ReadonlyMap<string, SafetensorsTensor>,
): Promise<void> {
  try {
    await loadWeights(model, weights);
  } catch (cause) {
    if (!(cause instanceof WgradError)) throw cause;
    throw new FileError(`${what}: ${cause.message}`, { cause });
  }
}
