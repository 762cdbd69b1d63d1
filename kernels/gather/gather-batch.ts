/** @file Makes batches out of data sets on the GPU: which samples is told by an order and the StepState. */
import { requireTensors } from "../../engine/arguments.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { type Kernel, kernel, outputTensor, run } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames, written } from "../../engine/options.ts";
import { sizeOf } from "../../engine/shape.ts";
import { bytesPerElement, type Tensor } from "../../engine/tensor.ts";
import { SampleStore } from "./sample-store.ts";

const chunkNames = ["chunk0", "chunk1", "chunk2", "chunk3", "chunk4", "chunk5"] as const;
const reads = [...chunkNames, "order"] as const;
const gatherKernels: Record<SampleStore["dtype"], Kernel<(typeof reads)[number], "y", never>> = {
  u8: kernel("gather/gather-bytes", { reads, writes: ["y"], step: true, flops: { y: 2 } }),
  f32: kernel("gather/gather-floats", { reads, writes: ["y"], step: true, flops: { y: 2 } }),
};
const labelReads = ["labels", "order"] as const;
const labelKernel = kernel("gather/labels", { reads: labelReads, writes: ["y"], step: true });
const oneHotKernel = kernel("gather/one-hot-labels", {
  reads: labelReads,
  writes: ["y"],
  step: true,
});

/** Options of gatherSamples() and gatherLabels(). */
export interface GatherOptions {
  /** samples in the (micro-)batch */
  readonly batch: number;
  /** y = offset + scale * sample. Default 1: 1 / 255 makes bytes of images numbers from 0 to 1 */
  readonly scale?: number;
  readonly offset?: number;
}

/**
 * Samples order[position], order[position + 1], ... with position = step.position + step.sample of the StepState.
 * Positions after the end of the order repeat its last entry. An entry that is no sample gives NaN, never another sample.
 * @param order sample indices [n], u32
 * @returns [batch, ...sampleShape], f32
 */
export function gatherSamples(samples: SampleStore, order: Tensor<"u32">, options: GatherOptions): Tensor {
  if (!(samples instanceof SampleStore)) {
    throw new ArgumentError(`gatherSamples: samples must be a SampleStore, got ${written(samples)}.`);
  }
  checkOptionNames("gatherSamples", options, { batch: true, scale: true, offset: true });
  const { batch, scale = 1, offset = 0 } = options;
  checkOrder("gatherSamples", samples.chunks[0]!, order, batch);
  for (const [name, value] of Object.entries({ scale, offset }))
    checkOption("gatherSamples", name, value, () => true, "a number");
  const sampleSize = sizeOf(samples.sampleShape);
  const y = outputTensor(samples.engine, [batch, ...samples.sampleShape], "gatherSamples");
  const launches = Math.ceil(samples.chunks.length / chunkNames.length);
  const bytes = (batch * (4 + sampleSize * bytesPerElement[samples.dtype]) + y.byteLength) / launches;
  for (let first = 0; first < samples.chunks.length; first += chunkNames.length) {
    const bound = samples.chunks.slice(first, first + chunkNames.length);
    const constants = {
      SAMPLE_SIZE: sampleSize,
      COUNT: samples.count,
      CHUNK_SAMPLES: samples.chunkSamples,
      FIRST_CHUNK: first,
      CHUNKS: bound.length,
      SCALE: scale,
      OFFSET: offset,
    };
    // bindings without a chunk of their own get the first: they are never read
    const chunk = (i: number) => bound[i] ?? bound[0]!;
    const inputs = {
      chunk0: chunk(0),
      chunk1: chunk(1),
      chunk2: chunk(2),
      chunk3: chunk(3),
      chunk4: chunk(4),
      chunk5: chunk(5),
      order,
    };
    const invocations = Math.ceil((batch * sampleSize) / 4);
    run(gatherKernels[samples.dtype], inputs, { y }, { constants, invocations, bytes });
  }
  return y;
}

/**
 * Labels of the samples that gatherSamples() takes. An entry of the order that is no sample gives the label 2^32 - 1, or a row of
 * NaN; so does a label that is no class where rows are asked for.
 * @param labels class indices [count, ...], u32: one per sample, or one per pixel
 * @param options.classes for one-hot labels [batch, ..., classes], f32; without it class indices [batch, ...], u32
 */
export function gatherLabels(
  labels: Tensor<"u32">,
  order: Tensor<"u32">,
  options: { readonly batch: number; readonly classes?: number },
): Tensor {
  checkOptionNames("gatherLabels", options, { batch: true, classes: true });
  const { batch, classes } = options;
  checkOrder("gatherLabels", labels, order, batch);
  if (labels.dtype !== "u32" || labels.shape.length === 0) {
    throw new ShapeError(
      `gatherLabels: labels are [count,...] u32, got ${formatShape(labels.shape)} ${labels.dtype}.`,
    );
  }
  const count = labels.shape[0]!;
  const shape = [batch, ...labels.shape.slice(1)];
  const perSample = labels.size / count;
  const read = 4 * batch * (1 + perSample); // order and labels of each sample
  if (classes === undefined) {
    const output = outputTensor(labels.engine, { shape, dtype: "u32" }, "gatherLabels");
    const constants = { COUNT: count, PER_SAMPLE: perSample };
    const launch = { constants, invocations: output.size, bytes: read + output.byteLength };
    return run(labelKernel, { labels, order }, { y: output }, launch).y;
  }
  checkOption("gatherLabels", "classes", classes, () => isCount(classes), "a positive integer");
  const constants = { CLASSES: classes, COUNT: count, PER_SAMPLE: perSample };
  const output = outputTensor(labels.engine, [...shape, classes], "gatherLabels");
  const launch = { constants, invocations: output.size, bytes: read + output.byteLength };
  return run(oneHotKernel, { labels, order }, { y: output }, launch).y;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function checkOrder(name: string, data: Tensor, order: Tensor, batch: number): void {
  requireTensors(name, { data, order });
  checkOption(name, "batch", batch, () => isCount(batch), "a positive integer");
  if (order.dtype !== "u32" || order.shape.length !== 1) {
    throw new ShapeError(`${name}: the order is [n] u32, got ${formatShape(order.shape)} ${order.dtype}.`);
  }
}
