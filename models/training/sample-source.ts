/** @file Samples on the GPU that a feed takes its batches from: a data set, or arrays for several inputs and outputs. */
import type { Engine } from "../../engine/device.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type GpuDataset, gatherLabels, gatherSamples, SampleStore } from "../../kernels/gather/index.ts";
import type { HostSamples, TargetArray } from "./arrays.ts";

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
   * @param x [batch, ...inputShape], as gathered: bytes are divided by 255
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

type TargetStore = SampleStore | { readonly labels: Tensor<"u32">; readonly classes: number };

/** Arrays on the GPU, one per input and output, which may be overwritten by others of the same kinds. */
export class ArraySource implements SampleSource {
  readonly engine: Engine;
  readonly count: number;
  readonly #inputs: readonly SampleStore[];
  readonly #targets: readonly TargetStore[];
  /** per target: labels become one-hot rows */
  readonly #oneHot: readonly boolean[];

  constructor(engine: Engine, samples: HostSamples, oneHot: readonly boolean[]) {
    this.engine = engine;
    this.count = samples.count;
    this.#oneHot = oneHot;
    const store = ({ values, shape }: { values: Uint8Array | Float32Array; shape: readonly number[] }) =>
      SampleStore.upload(engine, values, shape);
    this.#inputs = samples.inputs.map(store);
    this.#targets = samples.targets.map((target) =>
      "labels" in target
        ? {
            labels: engine.keep(engine.tensor(target.labels, [samples.count], "u32")),
            classes: target.classes,
          }
        : store(target),
    );
  }

  /** What must be equal for write(): two samples of one kind have the same stores. */
  static kindOf({ count, inputs, targets }: HostSamples): string {
    const kind = (target: TargetArray) =>
      "labels" in target ? "labels" : target.values.constructor.name + target.shape.join("x");
    return [count, ...inputs.map(kind), "to", ...targets.map(kind)].join(" ");
  }

  /** Other samples in the place of these; of the same kind. */
  write({ inputs, targets }: HostSamples): void {
    for (const [i, { values }] of inputs.entries()) this.#inputs[i]!.write(0, values);
    for (const [i, target] of targets.entries()) {
      const store = this.#targets[i]!;
      if (store instanceof SampleStore) {
        if ("values" in target) store.write(0, target.values);
      } else if ("labels" in target) this.engine.upload(store.labels, target.labels);
    }
  }

  batch(order: Tensor<"u32">, samples: number): { inputs: Tensor[]; targets: Tensor[] } {
    const batch = { batch: samples };
    const inputs = this.#inputs.map((store) => gatherSamples(store, order, batch));
    const targets = this.#targets.map((store, i) => {
      if (store instanceof SampleStore) return gatherSamples(store, order, batch);
      const classes = this.#oneHot[i] ? { classes: store.classes } : {};
      return gatherLabels(store.labels, order, { ...batch, ...classes });
    });
    return { inputs, targets };
  }

  dispose(): void {
    for (const store of this.#inputs) store.dispose();
    for (const store of this.#targets) (store instanceof SampleStore ? store : store.labels).dispose();
  }
}
