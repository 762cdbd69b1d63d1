/** @file Batches of samples on the GPU: an order, and what is gathered from it step by step. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { GpuDataset, type HostDataset } from "../../kernels/gather/index.ts";
import { type Batch, datasetSamples, type GpuSamples, type InputTransform } from "./gpu-samples.ts";
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

export class Batches {
  readonly engine: Engine;
  readonly indices: Uint32Array;
  readonly #samples: GpuSamples;
  readonly #owned: boolean;
  readonly #order: Tensor<"u32">;

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

  /** The same data with other samples: the two parts of a validation split. */
  withIndices(indices: Uint32Array): Batches {
    return new Batches(this.#samples, indices, false);
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
    const batch = this.#samples.batch(this.#order, samples);
    return { ...batch, x: batch.inputs[0]!, y: batch.targets[0]! };
  }

  dispose(): void {
    this.#order.dispose();
    if (this.#owned) this.#samples.dispose();
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
