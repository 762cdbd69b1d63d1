/** @file Samples on the GPU that a feed takes its batches from: a data set, or arrays for several inputs and outputs. */
import type { Engine } from "../../engine/device.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type GpuDataset, gatherLabels, gatherSamples, SampleStore } from "../../kernels/gather/index.ts";
import type { HostSamples, SampleArray, TargetArray } from "./samples.ts";

/** Inputs and targets of the batch at the StepState's position in an order. */
export interface SampleSource {
  readonly engine: Engine;
  readonly count: number;
  batch(order: Tensor<"u32">, samples: number): { inputs: Tensor[]; targets: Tensor[] };
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

export interface DatasetSourceOptions {
  /** labels become one-hot rows */
  readonly oneHot: boolean;
  /** the data set is disposed of with the source */
  readonly owned: boolean;
  readonly transform?: InputTransform | undefined;
}

/** A data set for a model with one input and one output. A transform leaves the targets of an autoencoder clean. */
export function datasetSource(
  dataset: GpuDataset,
  { oneHot, owned, transform }: DatasetSourceOptions,
): SampleSource {
  return {
    engine: dataset.engine,
    count: dataset.count,
    batch(order, samples) {
      const { inputs, targets } = dataset.batch(order, { batch: samples, oneHot });
      return { inputs: [transform ? transformed(transform, inputs, order) : inputs], targets: [targets] };
    },
    dispose: () => {
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

interface ScaledStore {
  readonly store: SampleStore;
  readonly scale: number;
}

/** "inputs": the only inputs are the targets too */
type TargetStore = ScaledStore | { readonly labels: Tensor<"u32">; readonly classes: number } | "inputs";

/** Arrays on the GPU, one per input and output, which may be overwritten by others of the same kinds. */
export class ArraySource implements SampleSource {
  readonly engine: Engine;
  readonly count: number;
  readonly #inputs: readonly ScaledStore[];
  readonly #targets: readonly TargetStore[];
  /** per target: labels become one-hot rows */
  readonly #oneHot: readonly boolean[];

  constructor(engine: Engine, samples: HostSamples, oneHot: readonly boolean[]) {
    this.engine = engine;
    this.count = samples.count;
    this.#oneHot = oneHot;
    const store = ({ values, shape, scale }: SampleArray) => ({
      store: SampleStore.upload(engine, values, shape),
      scale,
    });
    this.#inputs = samples.inputs.map(store);
    this.#targets = samples.targets.map((target) => {
      if (target === samples.inputs[0]) return "inputs";
      if ("values" in target) return store(target);
      const { labels, shape, classes } = target;
      return {
        labels: engine.keep(engine.tensor(labels, [samples.count, ...shape], "u32")),
        classes,
      };
    });
  }

  /** What must be equal for write(): two samples of one kind have the same stores. */
  static kindOf({ count, inputs, targets }: HostSamples): string {
    const kind = (array: TargetArray) =>
      "labels" in array ? "labels" : [array.values.constructor.name, ...array.shape, array.scale].join(" ");
    const targetKind = (target: TargetArray) => (target === inputs[0] ? "inputs" : kind(target));
    return [count, ...inputs.map(kind), "to", ...targets.map(targetKind)].join("; ");
  }

  /** Other samples in the place of these; of the same kind. */
  write({ inputs, targets }: HostSamples): void {
    for (const [i, { values }] of inputs.entries()) this.#inputs[i]!.store.write(0, values);
    for (const [i, target] of targets.entries()) {
      const place = this.#targets[i]!;
      if (place === "inputs") continue;
      if ("store" in place && "values" in target) place.store.write(0, target.values);
      else if ("labels" in place && "labels" in target) this.engine.upload(place.labels, target.labels);
    }
  }

  batch(order: Tensor<"u32">, samples: number): { inputs: Tensor[]; targets: Tensor[] } {
    const batch = { batch: samples };
    const gather = ({ store, scale }: ScaledStore) => gatherSamples(store, order, { ...batch, scale });
    const inputs = this.#inputs.map(gather);
    const targets = this.#targets.map((place, i) => {
      if (place === "inputs") return inputs[0]!;
      if ("store" in place) return gather(place);
      const classes = this.#oneHot[i] ? { classes: place.classes } : {};
      return gatherLabels(place.labels, order, { ...batch, ...classes });
    });
    return { inputs, targets };
  }

  dispose(): void {
    for (const { store } of this.#inputs) store.dispose();
    for (const place of this.#targets) {
      if (place !== "inputs") ("store" in place ? place.store : place.labels).dispose();
    }
  }
}
