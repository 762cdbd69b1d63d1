/** @file A data set on the GPU: inputs, and labels or targets, ready to be gathered into batches. */
import { requireEngine } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { allOrNone } from "../../engine/memory/all-or-none.ts";
import { checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type GatherOptions, gatherLabels, gatherSamples } from "./gather-batch.ts";
import { checkDataset, type HostDataset } from "./host-dataset.ts";
import { classLabels, type LabelOfSample, largestLabel } from "./labels.ts";
import { type NotFinite, samplesNotFinite } from "./not-finite.ts";
import { SampleStore, type SampleStoreOptions, storedValues } from "./sample-store.ts";

/** Options of GpuDataset.batch(). */
export interface BatchOptions extends GatherOptions {
  /** labels as one-hot rows [batch, ..., classes] (f32) instead of class indices [batch, ...] (u32) */
  readonly oneHot?: boolean;
}

/** What a data set is made of. */
type Parts = Pick<
  GpuDataset,
  "inputs" | "scale" | "labels" | "classes" | "largestLabel" | "targets" | "targetScale" | "notFinite"
>;

/**
 * Inputs with labels or targets on the GPU, from which fit() gathers batches without an upload. Owns its memory: dispose()
 * frees it.
 */
export class GpuDataset {
  readonly engine: Engine;
  readonly count: number;
  readonly inputs: SampleStore;
  /** batches have the inputs multiplied by it */
  readonly scale: number;
  /** [count], or [count, ...labelShape] */
  readonly labels: Tensor<"u32"> | undefined;
  readonly classes: number | undefined;
  /** known without reading labels back */
  readonly largestLabel: LabelOfSample | undefined;
  readonly targets: SampleStore | undefined;
  /** batches have targets of their own multiplied by it */
  readonly targetScale: number;
  /** samples with NaN or infinity when they were uploaded: fit() and evaluate() refuse them */
  readonly notFinite: Readonly<Record<"inputs" | "targets", readonly NotFinite[]>>;

  private constructor(parts: Parts) {
    this.engine = parts.inputs.engine;
    this.count = parts.inputs.count;
    this.inputs = parts.inputs;
    this.scale = parts.scale;
    this.labels = parts.labels;
    this.classes = parts.classes;
    this.largestLabel = parts.largestLabel;
    this.targets = parts.targets;
    this.targetScale = parts.targetScale;
    this.notFinite = parts.notFinite;
  }

  /** Copies a data set to the GPU; the caller disposes of it. Throws ShapeError or ArgumentError if it is inconsistent. */
  static upload(engine: Engine, data: HostDataset, options: SampleStoreOptions = {}): GpuDataset {
    requireEngine("data set", engine);
    const count = checkDataset(data);
    const {
      inputShape,
      labelShape = [],
      classes,
      targetShape = inputShape,
      scale = 1,
      targetScale = 1,
    } = data;
    const wanted = { count, shape: labelShape, classes: classes ?? 2 ** 32 };
    const labels = data.labels !== undefined ? classLabels("data set", data.labels, wanted) : undefined;
    const inputs = storedValues("data set: inputs", data.inputs);
    const targets = data.targets !== undefined ? storedValues("data set: targets", data.targets) : undefined;
    const stored = allOrNone((own) => ({
      inputs: own(SampleStore.upload(engine, inputs, inputShape, options)),
      labels: labels && own(engine.keep(engine.tensor(labels, [count, ...labelShape], "u32"))),
      targets: targets && own(SampleStore.upload(engine, targets, targetShape, options)),
    }));
    return new GpuDataset({
      ...stored,
      scale,
      classes,
      largestLabel: labels && largestLabel(labels, count),
      targetScale,
      notFinite: {
        inputs: samplesNotFinite(inputs, inputShape),
        targets: targets ? samplesNotFinite(targets, targetShape) : [],
      },
    });
  }

  /**
   * The batch at the StepState's position in `order`: inputs, and as targets the targets, else the labels, else the
   * inputs themselves (an autoencoder). `scale` and `offset` apply to the inputs; without them the data set's own scale.
   */
  batch(order: Tensor<"u32">, options: BatchOptions): { inputs: Tensor; targets: Tensor } {
    checkOptionNames("data set", options, { batch: true, scale: true, offset: true, oneHot: true });
    const { oneHot = false, ...gather } = options;
    const { batch } = gather;
    const inputs = gatherSamples(this.inputs, order, { scale: this.scale, ...gather });
    if (this.targets)
      return { inputs, targets: gatherSamples(this.targets, order, { batch, scale: this.targetScale }) };
    if (!this.labels) return { inputs, targets: inputs };
    if (!oneHot) return { inputs, targets: gatherLabels(this.labels, order, { batch }) };
    if (this.classes === undefined) {
      throw new ArgumentError("data set: one-hot labels need the number of classes.");
    }
    return { inputs, targets: gatherLabels(this.labels, order, { batch, classes: this.classes }) };
  }

  /** Frees its memory on the GPU. */
  dispose(): void {
    this.inputs.dispose();
    this.labels?.dispose();
    this.targets?.dispose();
  }

  /** dispose() at the end of a `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
