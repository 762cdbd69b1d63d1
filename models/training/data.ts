/** @file What can be trained on: data sets on the GPU, parts of them, or arrays that are copied there. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { GpuDataset, type HostDataset } from "../../kernels/gather/index.ts";
import { identityOrder } from "./order.ts";

/** Some samples of a data set, in this order. */
export interface Subset {
  readonly dataset: GpuDataset;
  readonly indices: Uint32Array;
}

/** A data set on the GPU stays there; arrays are copied for the duration of the call. */
export type DataSource = GpuDataset | Subset | HostDataset;

/** Batches of a data source: an order on the GPU and the kernels that gather what it names. */
export class Feed {
  readonly engine: Engine;
  readonly dataset: GpuDataset;
  readonly indices: Uint32Array;
  readonly #order: Tensor<"u32">;
  readonly #owned: boolean;
  readonly #oneHot: boolean;

  private constructor(
    engine: Engine,
    dataset: GpuDataset,
    indices: Uint32Array,
    owned: boolean,
    oneHot: boolean,
  ) {
    this.engine = engine;
    this.dataset = dataset;
    this.indices = indices;
    this.#owned = owned;
    this.#oneHot = oneHot;
    this.#order = engine.keep(engine.tensor(indices, [indices.length], "u32"));
  }

  /** `oneHot`: labels become one-hot rows. Throws ArgumentError for an empty source or one of another engine. */
  static open(engine: Engine, source: DataSource, oneHot: boolean): Feed {
    const owned = !(source instanceof GpuDataset) && !("dataset" in source);
    const dataset = owned ? GpuDataset.upload(engine, source) : "dataset" in source ? source.dataset : source;
    const indices = "indices" in source ? source.indices : identityOrder(dataset.count);
    if (indices.length === 0) throw new ArgumentError("fit/evaluate: the data has no samples.");
    if (dataset.engine !== engine)
      throw new ArgumentError("fit/evaluate: the data set is on another engine than the model.");
    return new Feed(engine, dataset, indices, owned, oneHot);
  }

  /** The same data set with other samples: the two parts of a validation split. */
  withIndices(indices: Uint32Array): Feed {
    return new Feed(this.engine, this.dataset, indices, false, this.#oneHot);
  }

  get count(): number {
    return this.indices.length;
  }

  /** Visits the samples in this order from now on. */
  setOrder(order: Uint32Array): void {
    this.engine.upload(this.#order, order);
  }

  /** The next `samples` samples at the position of the StepState. */
  batch(samples: number): { x: Tensor; y: Tensor } {
    const { inputs, targets } = this.dataset.batch(this.#order, { batch: samples, oneHot: this.#oneHot });
    return { x: inputs, y: targets };
  }

  dispose(): void {
    this.#order.dispose();
    if (this.#owned) this.dataset.dispose();
  }
}
