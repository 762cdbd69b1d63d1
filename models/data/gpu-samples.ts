/** @file Samples on the GPU that batches are gathered from: a data set, or arrays for several inputs and outputs. */
import type { Engine } from "../../engine/device.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { allOrNone } from "../../engine/memory/all-or-none.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type GpuDataset, gatherLabels, gatherSamples, SampleStore } from "../../kernels/gather/index.ts";
import type { HostSamples, SampleArray, TargetArray } from "./samples.ts";

/** What one (micro-)batch is computed from. */
export interface Batch {
  /** [n, ...] each, in the model's order */
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  /** [n] per output, or one for each row of classes: factors of the losses; none without sample or class weights */
  readonly weights: readonly (Tensor | undefined)[];
}

/** Images, targets and weights on the GPU. */
export interface GpuSamples {
  readonly engine: Engine;
  readonly count: number;
  /** The `samples` samples that `order` names from the StepState's position on. */
  batch(order: Tensor<"u32">, samples: number): Batch;
  /** Of samples that are not all there: with each step the next part is at places 0, 1, ... of the GPU. */
  load?(parts: Iterable<Uint32Array>): AsyncGenerator<void, void, undefined>;
  dispose(): void;
}

/** What happens to the inputs of a batch before the network sees them: augmentation, standardization, noise. */
export interface InputTransform {
  /**
   * Called while a step is recorded, so it may not depend on values: what differs from step to step is in the StepState.
   * @param x [batch, ...inputShape], as gathered: multiplied by the data set's scale
   * @param order the samples of the batch are order[position], order[position + 1], ... of the StepState, as for gatherSamples()
   * @returns a tensor of the shape of x
   */
  apply(x: Tensor, order: Tensor<"u32">): Tensor;
}

export interface DatasetSamplesOptions {
  /** labels become one-hot rows */
  readonly oneHot: boolean;
  /** the data set is disposed of with the samples */
  readonly owned: boolean;
  readonly transform?: InputTransform | undefined;
  /** by output, one value per sample of the data set or for each of its rows of classes */
  readonly weights?: readonly (Float32Array | undefined)[];
}

/** A data set for a model with one input and one output. A transform leaves the targets of an autoencoder clean. */
export function datasetSamples(
  dataset: GpuDataset,
  { oneHot, owned, transform, weights = [] }: DatasetSamplesOptions,
): GpuSamples {
  const { engine, count } = dataset;
  const factors = new WeightStores(engine, weights, count);
  return {
    engine,
    count,
    batch(order, samples) {
      const { inputs, targets } = dataset.batch(order, { batch: samples, oneHot });
      const seen = transform ? transformed(transform, inputs, order) : inputs;
      return { inputs: [seen], targets: [targets], weights: factors.batch(order, samples) };
    },
    dispose: () => {
      factors.dispose();
      if (owned) dataset.dispose();
    },
  };
}

function transformed(transform: InputTransform, x: Tensor, order: Tensor<"u32">): Tensor {
  const y = transform.apply(x, order);
  if (String(y.shape) === String(x.shape)) return y;
  throw new ShapeError(
    `fit/evaluate: the transform made ${formatShape(y.shape)} of inputs ${formatShape(x.shape)}; it must keep the shape.`,
  );
}

/** The same samples with other weights, of all of them by output. Only the weights are disposed of. Samples of a store have none. */
export function reweighted(samples: GpuSamples, weights: readonly (Float32Array | undefined)[]): GpuSamples {
  const { engine, count } = samples;
  const factors = new WeightStores(engine, weights, count);
  return {
    engine,
    count,
    batch: (order, size) => ({ ...samples.batch(order, size), weights: factors.batch(order, size) }),
    dispose: () => factors.dispose(),
  };
}

interface ScaledStore {
  readonly store: SampleStore;
  readonly scale: number;
}

/** "inputs": the only inputs are the targets too */
type TargetStore = ScaledStore | { readonly labels: Tensor<"u32">; readonly classes: number } | "inputs";

/** Arrays on the GPU, one per input and output, which may be overwritten by others of the same kinds. */
export class ArraySamples implements GpuSamples {
  readonly engine: Engine;
  readonly count: number;
  readonly #inputs: readonly ScaledStore[];
  readonly #targets: readonly TargetStore[];
  readonly #weights: WeightStores;
  /** per target: labels become one-hot rows */
  readonly #oneHot: readonly boolean[];

  constructor(engine: Engine, samples: HostSamples, oneHot: readonly boolean[]) {
    this.engine = engine;
    this.count = samples.count;
    this.#oneHot = oneHot;
    const stores = allOrNone((own) => {
      const store = ({ values, shape, scale }: SampleArray) => ({
        store: own(SampleStore.upload(engine, values, shape)),
        scale,
      });
      const inputs = samples.inputs.map(store);
      const targets = samples.targets.map((target): TargetStore => {
        if (target === samples.inputs[0]) return "inputs";
        if ("values" in target) return store(target);
        const { labels, shape, classes } = target;
        return {
          labels: own(engine.keep(engine.tensor(labels, [samples.count, ...shape], "u32"))),
          classes,
        };
      });
      return { inputs, targets, weights: new WeightStores(engine, samples.weights, samples.count) };
    });
    this.#inputs = stores.inputs;
    this.#targets = stores.targets;
    this.#weights = stores.weights;
  }

  /** What must be equal for write(): two samples of one kind have the same stores. */
  static kindOf({ count, inputs, targets, weights }: HostSamples): string {
    const kind = (array: TargetArray) =>
      "labels" in array ? "labels" : [array.values.constructor.name, ...array.shape, array.scale].join(" ");
    const targetKind = (target: TargetArray) => (target === inputs[0] ? "inputs" : kind(target));
    const factors = weights.map((values) => values?.length).join(" ");
    return [count, ...inputs.map(kind), "to", ...targets.map(targetKind), "weights", factors].join("; ");
  }

  /** Other samples in the place of these; of the same kind. */
  write({ inputs, targets, weights }: HostSamples): void {
    for (const [i, { values }] of inputs.entries()) this.#inputs[i]!.store.write(0, values);
    for (const [i, target] of targets.entries()) {
      const place = this.#targets[i]!;
      if (place === "inputs") continue;
      if ("store" in place && "values" in target) place.store.write(0, target.values);
      else if ("labels" in place && "labels" in target) this.engine.upload(place.labels, target.labels);
    }
    this.#weights.write(weights);
  }

  batch(order: Tensor<"u32">, samples: number): Batch {
    const batch = { batch: samples };
    const gather = ({ store, scale }: ScaledStore) => gatherSamples(store, order, { ...batch, scale });
    const inputs = this.#inputs.map(gather);
    const targets = this.#targets.map((place, i) => {
      if (place === "inputs") return inputs[0]!;
      if ("store" in place) return gather(place);
      const classes = this.#oneHot[i] ? { classes: place.classes } : {};
      return gatherLabels(place.labels, order, { ...batch, ...classes });
    });
    return { inputs, targets, weights: this.#weights.batch(order, samples) };
  }

  dispose(): void {
    for (const { store } of this.#inputs) store.dispose();
    for (const place of this.#targets) {
      if (place !== "inputs") ("store" in place ? place.store : place.labels).dispose();
    }
    this.#weights.dispose();
  }
}

/** Sample weights by output on the GPU, one value per sample or for each of its rows of classes. */
class WeightStores {
  readonly #stores: readonly (SampleStore | undefined)[];

  constructor(engine: Engine, weights: readonly (Float32Array | undefined)[], samples: number) {
    this.#stores = allOrNone((own) =>
      weights.map((values) => values && own(SampleStore.upload(engine, values, [values.length / samples]))),
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
