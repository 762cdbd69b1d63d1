/** @file What can be trained on: data sets on the GPU, parts of them, or arrays that are copied there. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { GpuDataset, gatherSamples, type HostDataset, SampleStore } from "../../kernels/gather/index.ts";
import { datasetSource, type InputTransform, type SampleSource } from "./gpu-samples.ts";
import { identityOrder } from "./order.ts";
import type { HostData } from "./samples.ts";

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

/** A data set on the GPU stays there; arrays are copied for the duration of the call. */
export type DataSource = GpuDataset | Subset | HostData;

/** What one (micro-)batch is computed from. */
export interface Batch {
  /** [n, ...] each, in the model's order */
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  /** [n] per output, or one for each row of classes: factors of the losses; none without sample or class weights */
  readonly weights: readonly (Tensor | undefined)[];
}

/** Sample weights by output on the GPU, one value per sample or for each of its rows of classes. */
export class WeightStores {
  readonly #stores: readonly (SampleStore | undefined)[];

  constructor(engine: Engine, weights: readonly (Float32Array | undefined)[], samples: number) {
    this.#stores = weights.map(
      (values) => values && SampleStore.upload(engine, values, [values.length / samples]),
    );
  }

  write(weights: readonly (Float32Array | undefined)[]): void {
    for (const [i, values] of weights.entries()) if (values) this.#stores[i]!.write(0, values);
  }

  batch(order: Tensor<"u32">, samples: number): (Tensor | undefined)[] {
    return this.#stores.map((store) => store && gatherSamples(store, order, { batch: samples }).view([-1]));
  }

  dispose(): void {
    for (const store of this.#stores) store?.dispose();
  }
}

/** Batches of a data source: an order on the GPU and the kernels that gather what it names. */
export class Feed {
  readonly engine: Engine;
  readonly indices: Uint32Array;
  readonly #source: SampleSource;
  readonly #owned: boolean;
  readonly #order: Tensor<"u32">;
  #weights: WeightStores | undefined;

  /** The samples of `source` that `indices` name; it and its weights are disposed of with the feed if `owned`. */
  constructor(source: SampleSource, indices: Uint32Array, owned: boolean, weights?: WeightStores) {
    if (indices.length === 0) throw new ArgumentError("fit/evaluate: the data has no samples.");
    this.engine = source.engine;
    this.indices = indices;
    this.#source = source;
    this.#owned = owned;
    this.#weights = weights;
    this.#order = this.engine.keep(this.engine.tensor(indices, [indices.length], "u32"));
  }

  /**
   * Of a data set for a model with one input and one output. `oneHot`: labels become one-hot rows.
   * Throws ArgumentError for an empty source or one of another engine.
   */
  static open(engine: Engine, source: SingleSource, oneHot: boolean): Feed {
    const given = "dataset" in source ? source.dataset : source;
    const dataset = given instanceof GpuDataset ? given : GpuDataset.upload(engine, given);
    if (dataset.engine !== engine)
      throw new ArgumentError("fit/evaluate: the data set is on another engine than the model.");
    const { indices, transform }: Partial<Subset> = "dataset" in source ? source : {};
    const order =
      indices === undefined ? identityOrder(dataset.count) : checkedIndices(indices, dataset.count);
    return new Feed(datasetSource(dataset, { oneHot, owned: dataset !== given, transform }), order, true);
  }

  /** The same data with other samples: the two parts of a validation split. */
  withIndices(indices: Uint32Array): Feed {
    return new Feed(this.#source, indices, false, this.#weights);
  }

  /** The samples have these weights from now on; they are disposed of with the feed. */
  withWeights(weights: WeightStores): this {
    this.#weights = weights;
    return this;
  }

  get count(): number {
    return this.indices.length;
  }

  /** Visits the samples in this order from now on. */
  setOrder(order: Uint32Array): void {
    this.engine.upload(this.#order, order);
  }

  /** The next `samples` samples at the position of the StepState; `x` and `y` are the first input and target. */
  batch(samples: number): Batch & { readonly x: Tensor; readonly y: Tensor } {
    const { inputs, targets } = this.#source.batch(this.#order, samples);
    const weights = this.#weights?.batch(this.#order, samples) ?? [];
    return { inputs, targets, weights, x: inputs[0]!, y: targets[0]! };
  }

  dispose(): void {
    this.#order.dispose();
    if (!this.#owned) return;
    this.#weights?.dispose();
    this.#source.dispose();
  }
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
