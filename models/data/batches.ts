/** @file Batches of samples on the GPU: an order, what is gathered from it step by step, and the data they are opened from. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { checkOptionNames, written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { GpuDataset, type HostDataset, type NotFinite, requireNone } from "../../kernels/gather/index.ts";
import {
  ArraySamples,
  type Batch,
  datasetSamples,
  type GpuSamples,
  type InputTransform,
  reweighted,
} from "./gpu-samples.ts";
import { identityOrder } from "./order.ts";
import { checkDatasetShapes, type OutputPort, type Port, shapesOf } from "./ports.ts";
import { lossSamples, sampleWeights, type WeightOptions } from "./sample-weights.ts";
import { type HostData, hostSamples, type TargetArray } from "./samples.ts";
import { isStored, type StoredDataset, storedSamples } from "./stored-samples.ts";

/** Samples at a time in evaluation unless said otherwise. */
export const evaluationBatch = 256;

/** Some samples of a data set, in this order, and what is done to their inputs. */
export interface Subset {
  readonly dataset: GpuDataset;
  /** all samples unless given */
  readonly indices?: Uint32Array;
  /** e.g. augmentation; as in Keras's generators it also applies to a part that validationSplit holds out */
  readonly transform?: InputTransform;
}

/** Data for a model with one input and one output. */
export type SingleSource = GpuDataset | Subset | HostDataset;

/** A data set on the GPU stays there; arrays are copied for the duration of the call; what is stored is read batch by batch. */
export type DataSource = GpuDataset | Subset | HostData | StoredDataset;

export class Batches {
  readonly engine: Engine;
  readonly indices: Uint32Array;
  readonly #samples: GpuSamples;
  readonly #owned: boolean;
  readonly #order: Tensor<"u32">;
  /** of samples that are not all on the GPU */
  #loading: AsyncGenerator<void, void, undefined> | undefined;

  /** The samples that `indices` name; all are disposed of with the batches if `owned`. */
  constructor(samples: GpuSamples, indices: Uint32Array, owned: boolean) {
    if (indices.length === 0) throw new ArgumentError("fit/evaluate: the data has no samples.");
    this.engine = samples.engine;
    this.indices = indices;
    this.#samples = samples;
    this.#owned = owned;
    this.#order = this.engine.keep(this.engine.tensor(indices, [indices.length], "u32"));
  }

  /**
   * Of a data set for a model with one input and one output. `oneHot`: labels become one-hot rows. `weights`: of all its
   * samples. Throws ArgumentError for an empty source or one of another engine.
   */
  static open(
    engine: Engine,
    source: SingleSource,
    oneHot: boolean,
    weights: readonly (Float32Array | undefined)[] = [],
  ): Batches {
    const given = "dataset" in source ? source.dataset : source;
    const dataset = given instanceof GpuDataset ? given : GpuDataset.upload(engine, given);
    if (dataset.engine !== engine)
      throw new ArgumentError("fit/evaluate: the data set is on another engine than the model.");
    const { indices, transform }: Partial<Subset> = "dataset" in source ? source : {};
    const order =
      indices === undefined ? identityOrder(dataset.count) : checkedIndices(indices, dataset.count);
    const owned = dataset !== given;
    return new Batches(datasetSamples(dataset, { oneHot, owned, transform, weights }), order, true);
  }

  /** The same data with other samples: the two parts of a validation split. `weights`: others than these, of all of the data. */
  withIndices(indices: Uint32Array, weights?: readonly (Float32Array | undefined)[]): Batches {
    if (!weights) return new Batches(this.#samples, indices, false);
    return new Batches(reweighted(this.#samples, weights), indices, true);
  }

  /** Samples of the data, of which `indices` may name a part. */
  get total(): number {
    return this.#samples.count;
  }

  get count(): number {
    return this.indices.length;
  }

  /** Visits the samples in this order from now on. */
  setOrder(order: Uint32Array): void {
    this.engine.upload(this.#order, order);
  }

  /** Goes to batch number `batch` of `size` samples each, in this order; before each step ready() must be awaited. */
  begin(order: Uint32Array, size: number, batch = 0): void {
    this.#stopLoading();
    const load = this.#samples.load;
    this.setOrder(load ? order.map((_, i) => i % size) : order);
    this.#loading = load?.(partsOf(order, size, batch));
  }

  /** Sees to it that the next batches, at most `most`, can be computed; returns how many. */
  async ready(most: number): Promise<number> {
    if (!this.#loading) return most;
    const { done } = await this.#loading.next();
    if (done) throw new ArgumentError("fit/evaluate: read() ended before the last part.");
    return 1;
  }

  /** The next `samples` samples at the position of the StepState; `x` and `y` are the first input and target. */
  batch(samples: number): Batch & { readonly x: Tensor; readonly y: Tensor } {
    const batch = this.#samples.batch(this.#order, samples);
    return { ...batch, x: batch.inputs[0]!, y: batch.targets[0]! };
  }

  dispose(): void {
    this.#stopLoading();
    this.#order.dispose();
    if (this.#owned) this.#samples.dispose();
  }

  /** What it is waiting for is of no interest any more. */
  #stopLoading(): void {
    this.#loading?.return().catch(() => {});
    this.#loading = undefined;
  }
}

function* partsOf(order: Uint32Array, size: number, batch: number): Generator<Uint32Array, void, undefined> {
  for (let first = batch * size; first < order.length; first += size)
    yield order.subarray(first, first + size);
}

/** Indices of samples that are there. The GPU would take the last sample for those beyond it. */
function checkedIndices(indices: Uint32Array, count: number): Uint32Array {
  if (!(indices instanceof Uint32Array)) {
    throw new ArgumentError(`fit/evaluate: indices must be a Uint32Array, got ${written(indices)}.`);
  }
  const beyond = indices.find((index) => index >= count);
  if (beyond === undefined) return indices;
  throw new ArgumentError(`fit/evaluate: there is no sample ${beyond}; the data set has 0 to ${count - 1}.`);
}

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
  batchSize: number,
): Batches {
  requireData(what, source);
  if (isStored(source)) return openStored(what, { engine, inputs, outputs: [] }, source, batchSize);
  if (isOnGpu(source)) {
    checkedDataset(what, { inputs, outputs: [] }, source);
    return Batches.open(engine, source, false);
  }
  const samples = hostSamples(what, inputs, [], source);
  return new Batches(new ArraySamples(engine, samples, []), identityOrder(samples.count), true);
}

/**
 * With targets, and with the weights of its samples if there are some. Throws ArgumentError or ShapeError for data that
 * does not fit the model, NumericError for values that are not finite, all before anything is computed. Of what is stored
 * there is room for one batch of `batchSize`.
 */
export async function openBatches(
  what: string,
  ports: DataPorts,
  source: DataSource,
  batchSize: number,
  options: WeightOptions = {},
): Promise<Batches> {
  requireData(what, source);
  const { engine, inputs, outputs } = ports;
  if (isStored(source)) {
    if (options.sampleWeight || options.classWeight)
      throw new ArgumentError(`${what}: samples that are read part by part have no weights.`);
    return openStored(what, ports, source, batchSize);
  }
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

function openStored(what: string, ports: DataPorts, source: StoredDataset, batchSize: number): Batches {
  const most = Math.min(batchSize, 2 ** Math.ceil(Math.log2(source.count))); // predict() fills the last batch up
  const samples = storedSamples(what, ports, source, most);
  return new Batches(samples, identityOrder(samples.count), true);
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
