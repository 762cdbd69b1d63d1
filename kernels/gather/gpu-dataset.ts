/** @file A data set on the GPU: inputs, and labels or targets, ready to be gathered into batches. */
import { requireEngine } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { checkOption, checkOptionNames, written } from "../../engine/options.ts";
import { checkShape, type Shape, sizeOf } from "../../engine/shape.ts";
import { checkValues, type Tensor } from "../../engine/tensor.ts";
import { type GatherOptions, gatherLabels, gatherSamples } from "./gather-batch.ts";
import { requireHostArray, SampleStore, type SampleStoreOptions } from "./sample-store.ts";

/** A data set in main memory. Targets are given as labels, as values of their own, or not at all. */
export interface HostDataset {
  /** row-major: bytes as in image files, or floats */
  readonly inputs: Uint8Array | Float32Array;
  /** of one sample: [h, w, c] */
  readonly inputShape: Shape;
  /** class indices from 0, one per sample */
  readonly labels?: ArrayLike<number>;
  /** number of classes: labels must be below it */
  readonly classes?: number;
  readonly targets?: Uint8Array | Float32Array;
  readonly targetShape?: Shape;
}

export interface BatchOptions extends GatherOptions {
  /** labels as one-hot rows [batch, classes] (f32) instead of class indices [batch] (u32) */
  readonly oneHot?: boolean;
}

export class GpuDataset {
  readonly engine: Engine;
  readonly count: number;
  readonly inputs: SampleStore;
  /** [count] */
  readonly labels: Tensor<"u32"> | undefined;
  readonly classes: number | undefined;
  readonly targets: SampleStore | undefined;

  private constructor(
    inputs: SampleStore,
    labels: Tensor<"u32"> | undefined,
    classes: number | undefined,
    targets: SampleStore | undefined,
  ) {
    this.engine = inputs.engine;
    this.count = inputs.count;
    this.inputs = inputs;
    this.labels = labels;
    this.classes = classes;
    this.targets = targets;
  }

  /** Copies a data set to the GPU; the caller disposes of it. Throws ShapeError or ArgumentError if it is inconsistent. */
  static upload(engine: Engine, data: HostDataset, options: SampleStoreOptions = {}): GpuDataset {
    requireEngine("data set", engine);
    if (typeof data !== "object" || data === null) {
      throw new ArgumentError(`data set: needs inputs and their shape, got ${written(data)}.`);
    }
    requireHostArray(data.inputs);
    checkShape(data.inputShape, "data set");
    const count = data.inputs.length / sizeOf(data.inputShape);
    checkTargets(data, count);
    const labels = data.labels === undefined ? undefined : checkedLabels(data.labels, count, data.classes);
    const inputs = SampleStore.upload(engine, data.inputs, data.inputShape, options);
    return new GpuDataset(
      inputs,
      labels && engine.keep(engine.tensor(labels, [count], "u32")),
      data.classes,
      data.targets === undefined
        ? undefined
        : SampleStore.upload(engine, data.targets, data.targetShape ?? data.inputShape, options),
    );
  }

  /**
   * The batch at the StepState's position in `order`: inputs, and as targets the targets, else the labels, else the
   * inputs themselves (an autoencoder). `scale` and `offset` apply to the inputs; byte targets are divided by 255.
   */
  batch(order: Tensor<"u32">, options: BatchOptions): { inputs: Tensor; targets: Tensor } {
    checkOptionNames("data set", options, { batch: true, scale: true, offset: true, oneHot: true });
    const { oneHot = false, ...gather } = options;
    const { batch } = gather;
    const inputs = gatherSamples(this.inputs, order, gather);
    if (this.targets) return { inputs, targets: gatherSamples(this.targets, order, { batch }) };
    if (!this.labels) return { inputs, targets: inputs };
    if (!oneHot) return { inputs, targets: gatherLabels(this.labels, order, { batch }) };
    if (this.classes === undefined) {
      throw new ArgumentError("data set: one-hot labels need the number of classes.");
    }
    return { inputs, targets: gatherLabels(this.labels, order, { batch, classes: this.classes }) };
  }

  dispose(): void {
    this.inputs.dispose();
    this.labels?.dispose();
    this.targets?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function checkTargets(data: HostDataset, count: number): void {
  if (data.labels !== undefined && data.targets !== undefined)
    throw new ArgumentError("data set: has labels and targets; one of them is meant.");
  if (data.targets === undefined) return;
  requireHostArray(data.targets);
  checkShape(data.targetShape ?? data.inputShape, "data set");
  const targets = data.targets.length / sizeOf(data.targetShape ?? data.inputShape);
  if (targets !== count) throw new ShapeError(`data set: ${count} inputs and ${targets} targets.`);
}

function checkedLabels(labels: ArrayLike<number>, count: number, classes = 2 ** 32): Uint32Array {
  checkValues("data set: labels", labels);
  checkOption(
    "data set",
    "classes",
    classes,
    Number.isInteger(classes) && classes >= 1,
    "a positive integer",
  );
  if (labels.length !== count) throw new ShapeError(`data set: ${count} inputs and ${labels.length} labels.`);
  return Uint32Array.from(labels, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label < classes) return label;
    throw new ArgumentError(
      `data set: label ${i} is ${label}, expected an integer from 0 to ${classes - 1}.`,
    );
  });
}
