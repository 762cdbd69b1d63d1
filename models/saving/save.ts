/**
 * @file A whole model as one safetensors file: weights and the optimizer's moments as tensors, layers and options as JSON in the
 * metadata.
 */
import { ArgumentError } from "../../engine/errors.ts";
import { checkFlag, checkOptionNames, requirePath, written } from "../../engine/options.ts";
import { checkedExactJson } from "../exact-json.ts";
import type { ResolvedCompileOptions } from "../fit/compile-options.ts";
import type { Session } from "../fit/session.ts";
import { Layer } from "../layers/layer.ts";
import type { Network } from "../network.ts";
import { modelFormat } from "../weights/model-file.ts";
import { type SafetensorsEntry, writeSafetensors } from "../weights/safetensors.ts";
import { serializeSafetensors } from "../weights/safetensors-format.ts";
import { architectureOf } from "./architecture.ts";
import { compiledRecord, trainingRecord } from "./compiled.ts";

/** Options of saveModel(). */
export interface SaveOptions {
  /** false: without the options of compile() and the optimizer's state. Default true */
  readonly includeOptimizer?: boolean;
}

/** What saving needs of a Model. */
export interface SavedNetwork extends Network {
  readonly compiled: ResolvedCompileOptions | undefined;
  readonly session: Session;
  reading<R>(call: string, body: () => Promise<R>): Promise<R>;
}

interface Parts {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** what was left out, in words */
  readonly leftOut: readonly string[];
}

/**
 * The whole model as the bytes of a file, for loadModel(). Functions cannot be saved: of losses, metrics and schedules it is
 * noted that loadModel() must be given them, and an initializer of one's own is left out, as the weights are there.
 * @throws ArgumentError for a layer with a function, WgradError before the first compile() and while another call trains
 */
export async function saveModel(model: SavedNetwork, options: SaveOptions = {}): Promise<Uint8Array> {
  if (!(model instanceof Layer) || !("reading" in model))
    throw new ArgumentError(`saveModel: needs a model, got ${written(model)}.`);
  const { entries, metadata } = await model.reading("saveModel", () => partsOf(model, options));
  return serializeSafetensors(entries, metadata);
}

/** model.save(path): says in words what was left out. The file before stays until the new one is whole. Throws FileError too. */
export async function saveModelFile(
  model: SavedNetwork,
  path: string,
  options: SaveOptions,
): Promise<readonly string[]> {
  requirePath("save", path);
  const { entries, metadata, leftOut } = await partsOf(model, options);
  await writeSafetensors(path, entries, metadata);
  return leftOut;
}

async function partsOf(model: SavedNetwork, options: SaveOptions): Promise<Parts> {
  checkOptionNames("save", options, { includeOptimizer: true });
  const { includeOptimizer = true } = options;
  checkFlag("save", "includeOptimizer", includeOptimizer);
  const { layers, leftOut } = architectureOf(model);
  const weights = await model.getWeights();
  const entries: SafetensorsEntry[] = model.weights.map(({ path, variable }) => {
    return { name: `weight/${path}`, shape: variable.shape, data: weights.get(path)! };
  });
  const metadata = { format: modelFormat, layers: checkedExactJson("save: the model's layers", layers) };
  const { compiled } = model;
  if (!compiled || !includeOptimizer) return { entries, metadata, leftOut };
  const { session } = model;
  const { shapes } = session.state;
  for (const [name, data] of await session.state.read())
    entries.push({ name: `slot/${name}`, shape: shapes.get(name)!, data });
  const record = compiledRecord(compiled);
  const functions = record.missing.map((name) => `${name} is a function: loadModel() must be given it again`);
  return {
    entries,
    metadata: {
      ...metadata,
      compile: checkedExactJson("save: the options of compile()", record),
      training: checkedExactJson("save: where training stands", await trainingRecord(session)),
    },
    leftOut: [...leftOut, ...functions],
  };
}
