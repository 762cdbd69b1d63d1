/** @file `wgrad convert`: a model from one format to another, each a row of a table. */
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { platform } from "#platform";
import type { AdapterChoice } from "../engine/adapter.ts";
import { createEngine, type Engine } from "../engine/device.ts";
import { FileError, UsageError } from "../engine/errors.ts";
import {
  formatTorchRows,
  loadKerasModel,
  loadKerasWeights,
  loadOnnxModel,
  loadTorchWeights,
  saveKerasModel,
  saveOnnxModel,
  toKeras,
  toTorchWeights,
} from "../exchange/index.ts";
import type { Model } from "../models/model.ts";
import { loadModel } from "../models/saving/load.ts";
import { modelFormat } from "../models/weights/model-file.ts";
import { loadWeights } from "../models/weights/model-weights.ts";
import { readSafetensors, writeSafetensors } from "../models/weights/safetensors.ts";
import { loadData } from "../runner/load-data.ts";
import { readConfig, sourceOf } from "../runner/store/run-folder.ts";
import { compileOptionsOf } from "../runner/training/train-run.ts";
import { boundExperiment } from "../runner/transfer/bound-experiment.ts";
import { trainingVariant } from "../runner/variant.ts";
import { findRecorded } from "./find.ts";

export interface ConvertOptions {
  readonly model?: string;
  readonly adapter: AdapterChoice;
}

export interface Work {
  readonly engine: Engine;
  /** says what a format does without */
  readonly note: (text: string) => void;
}

/** A format: how its files are called, and what can be done with them. */
interface Format {
  readonly ending: string;
  /** the model in the file; undefined if the file has weights alone */
  readonly read?: (path: string, work: Work) => Promise<Model | undefined>;
  /** sets the weights of a model from the file */
  readonly weights?: (path: string, model: Model) => Promise<unknown>;
  readonly write?: (path: string, model: Model, work: Work) => Promise<unknown>;
}

/** The first whose ending fits. */
const formats: readonly Format[] = [
  {
    ending: ".torch.safetensors",
    read: async () => undefined,
    weights: safetensorsWeights,
    write: async (path, model) => writeSafetensors(path, await toTorchWeights(model), { format: "pt" }),
  },
  {
    ending: ".safetensors",
    read: async (path, { engine }) => {
      const { metadata } = await readSafetensors(path);
      return metadata.format === modelFormat ? loadModel(path, { compile: { engine } }) : undefined;
    },
    weights: safetensorsWeights,
    write: async (path, model, { note }) => {
      for (const text of await model.save(path)) note(text);
    },
  },
  { ending: ".weights.h5", read: async () => undefined, weights: kerasWeights, write: saveKeras },
  { ending: ".keras", read: loadKeras, write: saveKeras },
  {
    ending: ".h5",
    read: async (path, work) => ((await hasModel(path)) ? loadKeras(path, work) : undefined),
    weights: kerasWeights,
    write: saveKeras,
  },
  {
    ending: ".onnx",
    read: (path) => loadOnnxModel(path),
    write: (path, model) => saveOnnxModel(model, path),
  },
  {
    ending: ".py",
    write: async (path, model) => platform.files.write(path, [new TextEncoder().encode(toKeras(model))]),
  },
];

/** Throws UsageError for an ending that is no format's, FileError or ArgumentError for what cannot be read or written. */
export async function convert(from: string, to: string, options: ConvertOptions): Promise<void> {
  const target = formatOf(to);
  if (!target?.write) throw new UsageError(`${to}: is not written. ${endings((format) => format.write)}`);
  const sources = options.model ? [from, options.model] : [from];
  for (const source of sources) {
    if (!existsSync(source)) throw new FileError(`${source} does not exist.`);
    if (!isFolder(source)) checkModelFile(source);
  }
  const engine = await createEngine({ adapter: options.adapter });
  const work = { engine, note: (text: string) => console.error(`note: ${text}`) };
  const model = await modelFrom(from, options.model, work);
  if (!model.engine) model.initialize(engine, 1);
  await target.write(to, model, work);
  const count = model.parameterCount.toLocaleString("en");
  console.log(`${to}: ${model.name}, ${model.layers.length} layers, ${count} parameters`);
}

async function modelFrom(from: string, other: string | undefined, work: Work): Promise<Model> {
  const found = await readModel(from, work);
  if (found) return found;
  if (!other)
    throw new UsageError(
      `${from}: has weights alone. Name a file or run folder with the model: --model FILE.`,
    );
  const model = await readModel(other, work);
  if (!model) throw new FileError(`${other}: has weights alone, a model is needed.`);
  await formatOf(from)!.weights!(from, model);
  return model;
}

async function readModel(path: string, work: Work): Promise<Model | undefined> {
  return isFolder(path) ? runModel(path, work) : readModelFile(path, work);
}

/** Throws UsageError for a file whose ending is of no format that is read. */
export function checkModelFile(path: string): void {
  if (!formatOf(path)?.read)
    throw new UsageError(`${path}: is not read. ${endings((format) => format.read)}`);
}

/** The model in a file of one of the formats; undefined if it has weights alone. */
export async function readModelFile(path: string, work: Work): Promise<Model | undefined> {
  return formatOf(path)!.read!(path, work);
}

/** The network of a run with the weights that it ended with. */
async function runModel(folder: string, { engine, note }: Work): Promise<Model> {
  const { settings, ...config } = readConfig(folder);
  const declared = await findRecorded({ settings, ...config }, note);
  if (declared.kind !== "training" && declared.kind !== "sweep")
    throw new UsageError(`${folder}: ${declared.id} trains no network of its own that could be converted.`);
  const variant = trainingVariant(declared, settings);
  const source = { ...sourceOf({ settings, ...config }), seed: settings.seed, backbone: settings.backbone };
  const classes = async () =>
    config.dataset.classes ?? (await loadData(variant, { ...source, onLine: note })).classes; // runs of before lack them
  const experiment = variant.transfer
    ? boundExperiment(variant, settings, (await classes()).length)
    : variant;
  const model = experiment.network(settings.profile);
  await model.compile(compileOptionsOf({ experiment, engine, settings }));
  await loadWeights(model, join(folder, "weights.safetensors"));
  return model;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function formatOf(path: string): Format | undefined {
  return formats.find(({ ending }) => path.toLowerCase().endsWith(ending));
}

function endings(can: (format: Format) => unknown): string {
  return `One of these endings is needed: ${formats
    .filter(can)
    .map(({ ending }) => ending)
    .join(", ")}.`;
}

function loadKeras(path: string, { engine, note }: Work): Promise<Model> {
  return loadKerasModel(path, { compile: { engine }, note });
}

function saveKeras(path: string, model: Model, { note }: Work): Promise<void> {
  return saveKerasModel(model, path, { note });
}

/** Weights by this house's paths, or by PyTorch's names: then a table says which went where, and how they were turned. */
async function safetensorsWeights(path: string, model: Model): Promise<void> {
  const names = [...(await readSafetensors(path)).tensors.keys()];
  if (!names.some((name) => name.endsWith(".weight"))) await loadWeights(model, path);
  else console.log(formatTorchRows(await loadTorchWeights(model, path)));
}

function kerasWeights(path: string, model: Model): Promise<void> {
  return loadKerasWeights(model, path);
}

/** Whether the file is to be read as a model: all but HDF5 files without a description of one. What is wrong with it, the reader says. */
async function hasModel(path: string): Promise<boolean> {
  const bytes = await readFile(path);
  return bytes.includes("model_config") || !bytes.includes("\x89HDF\r\n\x1a\n", 0, "latin1");
}
