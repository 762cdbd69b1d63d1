/** @file Opens the data that fit, evaluate and predict are given as batches on the GPU. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { checkOptionNames, written } from "../../engine/options.ts";
import { GpuDataset, type NotFinite, requireNone } from "../../kernels/gather/index.ts";
import { Batches, type DataSource, type Subset } from "./batches.ts";
import { ArraySamples } from "./gpu-samples.ts";
import { identityOrder } from "./order.ts";
import { checkDatasetShapes, type OutputPort, type Port, shapesOf } from "./ports.ts";
import { lossSamples, sampleWeights, type WeightOptions } from "./sample-weights.ts";
import { hostSamples, type TargetArray } from "./samples.ts";

/** What data must fit: the model's inputs and, where a loss is computed, its outputs. */
export interface DataPorts {
  readonly engine: Engine;
  readonly inputs: readonly Port[];
  readonly outputs: readonly OutputPort[];
}

/**
 * For prediction: targets and weights are not looked at, and values need not be finite. `what` names the call in errors.
 * Throws ArgumentError or ShapeError for data that does not fit the model.
 */
export function openInputs(
  what: string,
  { engine, inputs }: Pick<DataPorts, "engine" | "inputs">,
  source: DataSource,
): Batches {
  requireData(what, source);
  if (isOnGpu(source)) {
    checkedDataset(what, { inputs, outputs: [] }, source);
    return Batches.open(engine, source, false);
  }
  const samples = hostSamples(what, inputs, [], source);
  return new Batches(new ArraySamples(engine, samples, []), identityOrder(samples.count), true);
}

/**
 * With targets, and with the weights of its samples if there are some. Throws ArgumentError or ShapeError for data that
 * does not fit the model, NumericError for values that are not finite, all before anything is computed.
 */
export async function openBatches(
  what: string,
  ports: DataPorts,
  source: DataSource,
  options: WeightOptions = {},
): Promise<Batches> {
  requireData(what, source);
  const { engine, inputs, outputs } = ports;
  if (!isOnGpu(source)) {
    const samples = lossSamples(what, inputs, outputs, source, options);
    const oneHot = outputs.map(({ loss }) => !loss.sparse);
    return new Batches(new ArraySamples(engine, samples, oneHot), identityOrder(samples.count), true);
  }
  const dataset = checkedDataset(what, ports, source);
  const targets = options.classWeight ? await targetsOf(dataset) : [];
  const weights = sampleWeights(what, outputs, { count: dataset.count, targets }, options);
  const batches = Batches.open(engine, source, !outputs[0]!.loss.sparse, weights);
  try {
    requireFiniteDataset(what, dataset, batches.indices);
  } catch (error) {
    batches.dispose();
    throw error;
  }
  return batches;
}

/** Throws ArgumentError or ShapeError for a data set that does not fit the model, or is none. */
function checkedDataset(
  what: string,
  { inputs, outputs }: Pick<DataPorts, "inputs" | "outputs">,
  source: GpuDataset | Subset,
): GpuDataset {
  if (!(source instanceof GpuDataset))
    checkOptionNames(what, source, { dataset: true, indices: true, transform: true });
  const dataset = source instanceof GpuDataset ? source : source.dataset;
  if (!(dataset instanceof GpuDataset)) {
    throw new ArgumentError(
      `${what}: dataset must be on the GPU: GpuDataset.upload(engine, data); got ${written(dataset)}.`,
    );
  }
  checkDatasetShapes(what, inputs, outputs, shapesOf(dataset));
  return dataset;
}

function isOnGpu(source: DataSource): source is GpuDataset | Subset {
  return source instanceof GpuDataset || "dataset" in source;
}

/** What class weights depend on; labels of a data set on the GPU are read back. */
async function targetsOf({ labels, classes = 0 }: GpuDataset): Promise<TargetArray[]> {
  return labels ? [{ labels: await labels.data(), shape: labels.shape.slice(1), classes }] : [];
}

/** Samples that are left out may hold anything. */
function requireFiniteDataset(what: string, { notFinite }: GpuDataset, indices: Uint32Array): void {
  const { inputs, targets } = notFinite;
  if (inputs.length + targets.length === 0) return;
  const used = new Set(indices);
  const among = (found: readonly NotFinite[]) => found.filter(({ sample }) => used.has(sample));
  requireNone(`${what}: inputs`, among(inputs));
  requireNone(`${what}: targets`, among(targets));
}

/** Throws ArgumentError for what cannot be data of any kind. */
function requireData(what: string, source: unknown): void {
  if (typeof source !== "object" || source === null) {
    throw new ArgumentError(
      `${what}: the data must be a data set or { inputs, targets }, got ${written(source)}.`,
    );
  }
  if (!(Symbol.iterator in source) && !(Symbol.asyncIterator in source)) return;
  throw new ArgumentError(
    `${what}: the data must be a data set or { inputs, targets }; an array or a generator of batches is for fit() only.`,
  );
}
