/** @file Samples that are not all in memory: each batch is written to the GPU just before it is computed. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { checkOption, checkOptionNames, written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { classLabels, GpuDataset, largestLabel } from "../../kernels/gather/index.ts";
import { datasetSamples, type GpuSamples } from "./gpu-samples.ts";
import { checkDatasetShapes, type OutputPort, type Port } from "./ports.ts";

/** Bytes with class labels, that are read part by part while the GPU works: photographs of a folder that memory does not hold. */
export interface StoredDataset {
  readonly count: number;
  /** of one sample: [h, w, c] */
  readonly inputShape: Shape;
  /** the network gets the bytes multiplied by it. Default 1 */
  readonly scale?: number;
  /** [count], class indices from 0 */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** For each part, numbers of samples, their bytes [n, ...inputShape]; what is slow in that should be begun before it is asked for. */
  read(parts: Iterable<Uint32Array>): AsyncIterable<Uint8Array>;
}

export function isStored(source: object): source is StoredDataset {
  return "read" in source && typeof source.read === "function";
}

/**
 * A place on the GPU for batches of at most `most` samples. Throws ArgumentError or ShapeError for what contradicts itself or
 * does not fit the model.
 */
export function storedSamples(
  what: string,
  { engine, inputs, outputs }: { engine: Engine; inputs: readonly Port[]; outputs: readonly OutputPort[] },
  data: StoredDataset,
  most: number,
): GpuSamples {
  checkOptionNames<StoredDataset>(what, data, {
    ...{ count: true, inputShape: true, scale: true, labels: true, classes: true, read: true },
  });
  const { count, inputShape, scale = 1, classes } = data;
  const positive = (value: number) => () => Number.isInteger(value) && value >= 1;
  checkOption(what, "count", count, positive(count), "a positive integer");
  checkOption(what, "classes", classes, positive(classes), "a positive integer");
  const labels = classLabels(what, data.labels, { count, shape: [], classes });
  const found = { inputShape, labelShape: [], classes, largestLabel: largestLabel(labels, count) };
  checkDatasetShapes(what, inputs, outputs, found);
  const size = sizeOf(inputShape);
  const blank = { inputs: new Uint8Array(most * size), labels: new Uint32Array(most) };
  const place = GpuDataset.upload(engine, { ...blank, inputShape, scale, classes });
  const oneHot = outputs.length > 0 && !outputs[0]!.loss.sparse;
  const samples = datasetSamples(place, { oneHot, owned: true });
  return { ...samples, count, batch: samples.batch, load };

  async function* load(parts: Iterable<Uint32Array>): AsyncGenerator<void, void, undefined> {
    const given: Uint32Array[] = [];
    for await (const bytes of data.read(noted(parts, given))) {
      const part = given.shift();
      if (!(bytes instanceof Uint8Array) || !part)
        throw new ArgumentError(`${what}: read() gives a Uint8Array for each part, got ${written(bytes)}.`);
      if (bytes.length !== part.length * size)
        throw new ShapeError(
          `${what}: read() gave ${bytes.length} bytes for ${part.length} samples of ${size} bytes.`,
        );
      place.inputs.write(0, bytes);
      engine.upload(
        place.labels!,
        part.map((index) => labels[index]!),
      );
      yield;
    }
  }
}

/** The parts, each put down when it is taken. */
function* noted(parts: Iterable<Uint32Array>, given: Uint32Array[]): Generator<Uint32Array, void, undefined> {
  for (const part of parts) {
    given.push(part);
    yield part;
  }
}
