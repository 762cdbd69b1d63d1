/** @file Opens the data that fit, evaluate and predict are given as feeds. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { checkOptionNames, written } from "../../engine/options.ts";
import { GpuDataset, type NotFinite, requireNone } from "../../kernels/gather/index.ts";
import { type DataSource, Feed, type Subset, WeightStores } from "./batches.ts";
import { checkDatasetShapes, shapesOf } from "./dataset-shapes.ts";
import { ArraySource } from "./gpu-samples.ts";
import { lossSamples } from "./loss-samples.ts";
import { identityOrder } from "./order.ts";
import { sampleWeights, type WeightOptions } from "./sample-weights.ts";
import { hostSamples, type OutputPort, type Port, type TargetArray } from "./samples.ts";

export class FeedOpener {
  readonly #engine: Engine;
  readonly #inputs: readonly Port[];
  readonly #outputs: readonly OutputPort[];

  /** Without outputs the feeds are for prediction. */
  constructor(engine: Engine, inputs: readonly Port[], outputs: readonly OutputPort[] = []) {
    this.#engine = engine;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /**
   * For prediction: targets and weights are not looked at, and values need not be finite. `what` names the call in errors.
   * Throws ArgumentError or ShapeError for data that does not fit the model.
   */
  inputs(what: string, source: DataSource): Feed {
    requireData(what, source);
    if (isOnGpu(source)) return this.#datasetFeed(what, source);
    const samples = hostSamples(what, this.#inputs, [], source);
    return new Feed(new ArraySource(this.#engine, samples, []), identityOrder(samples.count), true);
  }

  /**
   * With targets, and with the weights of its samples if there are some. Throws ArgumentError or ShapeError for data that
   * does not fit the model, NumericError for values that are not finite, all before anything is computed.
   */
  async weighted(what: string, source: DataSource, options: WeightOptions = {}): Promise<Feed> {
    requireData(what, source);
    if (isOnGpu(source)) {
      const feed = this.#datasetFeed(what, source);
      try {
        requireFiniteDataset(what, source, feed.indices);
        const targets = options.classWeight ? await targetsOf(source) : [];
        const { count } = datasetOf(source);
        const weights = sampleWeights(what, this.#outputs, { count, targets }, options);
        return this.#withWeights(feed, weights, count);
      } catch (error) {
        feed.dispose();
        throw error;
      }
    }
    const { samples, weights } = lossSamples(what, this.#inputs, this.#outputs, source, options);
    const oneHot = this.#outputs.map(({ loss }) => !loss.sparse);
    const feed = new Feed(new ArraySource(this.#engine, samples, oneHot), identityOrder(samples.count), true);
    return this.#withWeights(feed, weights, samples.count);
  }

  #datasetFeed(what: string, source: GpuDataset | Subset): Feed {
    if (!(source instanceof GpuDataset))
      checkOptionNames(what, source, { dataset: true, indices: true, transform: true });
    const dataset = datasetOf(source);
    if (!(dataset instanceof GpuDataset)) {
      throw new ArgumentError(
        `${what}: dataset must be on the GPU: GpuDataset.upload(engine, data); got ${written(dataset)}.`,
      );
    }
    checkDatasetShapes(what, this.#inputs, this.#outputs, shapesOf(dataset));
    const [output] = this.#outputs;
    return Feed.open(this.#engine, source, output !== undefined && !output.loss.sparse);
  }

  #withWeights(feed: Feed, weights: readonly (Float32Array | undefined)[], samples: number): Feed {
    if (weights.length === 0) return feed;
    return feed.withWeights(new WeightStores(this.#engine, weights, samples));
  }
}

function isOnGpu(source: DataSource): source is GpuDataset | Subset {
  return source instanceof GpuDataset || "dataset" in source;
}

function datasetOf(source: GpuDataset | Subset): GpuDataset {
  return source instanceof GpuDataset ? source : source.dataset;
}

/** What class weights depend on; labels of a data set on the GPU are read back. */
async function targetsOf(source: GpuDataset | Subset): Promise<TargetArray[]> {
  const { labels, classes = 0 } = datasetOf(source);
  return labels ? [{ labels: await labels.data(), shape: labels.shape.slice(1), classes }] : [];
}

/** Samples that are left out may hold anything. */
function requireFiniteDataset(what: string, source: GpuDataset | Subset, indices: Uint32Array): void {
  const { inputs, targets } = datasetOf(source).notFinite;
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
