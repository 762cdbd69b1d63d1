/** @file Writes a job's folder: the same random samples and the same initial weights for every peer. */
import { mkdirSync, writeFileSync } from "node:fs";
import { pcg4d } from "../../engine/random.ts";
import type { Model } from "../../models/model.ts";
import { workloads } from "../workloads.ts";
import type { Expectation } from "./check.ts";
import { checkedSteps, type Job, meanSquare, type Parameter, sizeOf } from "./job.ts";

/** The same numbers with channels last and with channels first. */
interface Layouts<Values> {
  readonly last: Values;
  readonly first: Values;
}

export interface Prepared {
  readonly job: Job;
  /** what every peer must find, where it is known without one */
  readonly expected?: Expectation;
}

/** A training step of bench/workloads.ts. */
export function prepareStep(folder: string, workload: string, batch: number): Prepared {
  const { network, classes } = workloads[workload]!;
  const model = network();
  const parameters = model.weights.map(
    ({ variable, trainable }): Parameter => ({ shape: variable.shape, trainable }),
  );
  const job: Job = {
    workload,
    batch,
    inputShape: model.inputShape,
    ...(classes ? { classes } : {}),
    dropout: model.layers.some(({ className }) => className === "Dropout"),
    parameters,
  };
  const random = (i: number, stream: number) => pcg4d(i, stream, 0, 1)[0];
  const shape = [batch, ...model.inputShape];
  const inputs = Uint8Array.from({ length: sizeOf(shape) }, (_, i) => random(i, 0) >>> 24);
  const labels = Uint8Array.from({ length: classes ? batch : 0 }, (_, i) => random(i, 1) % classes!);
  const first = shape.length === 4 ? permute(inputs, shape, [0, 3, 1, 2]) : inputs;
  write(folder, job, { inputs: { last: inputs, first }, labels, weights: weightsOf(model) });
  return { job };
}

/** The product of two matrices of size x size; its "loss" is the mean square of its last row. */
export function prepareProduct(folder: string, size: number): Prepared {
  const shape = [size, size];
  const factor = { shape, trainable: false };
  const job: Job = {
    workload: "product",
    batch: 1,
    inputShape: shape,
    dropout: false,
    parameters: [factor, factor],
  };
  const values = [1, 2].map((stream) =>
    Float32Array.from({ length: size * size }, (_, i) => pcg4d(i, stream, 0, 1)[0] / 2 ** 31 - 1),
  );
  const none = new Uint8Array(0);
  const weights = values.map((data) => ({ last: data, first: data }));
  write(folder, job, { inputs: { last: none, first: none }, labels: none, weights });
  const losses = new Array<number>(checkedSteps).fill(lastRowMeanSquare(values[0]!, values[1]!, size));
  return { job, expected: { losses, falls: false } };
}

/** In float64. */
function lastRowMeanSquare(a: Float32Array, b: Float32Array, size: number): number {
  const row = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    for (let j = 0; j < size; j++) row[j]! += a[(size - 1) * size + k]! * b[k * size + j]!;
  }
  return meanSquare(row);
}

interface Numbers {
  readonly inputs: Layouts<Uint8Array>;
  readonly labels: Uint8Array;
  readonly weights: readonly Layouts<Float32Array>[];
}

function write(folder: string, job: Job, { inputs, labels, weights }: Numbers): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/job.json`, JSON.stringify(job));
  writeFileSync(`${folder}/labels.u8`, labels);
  writeFileSync(`${folder}/inputs.channels-last.u8`, inputs.last);
  writeFileSync(`${folder}/inputs.channels-first.u8`, inputs.first);
  const bytes = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  writeFileSync(`${folder}/weights.channels-last.f32`, Buffer.concat(weights.map(({ last }) => bytes(last))));
  writeFileSync(
    `${folder}/weights.channels-first.f32`,
    Buffer.concat(weights.map(({ first }) => bytes(first))),
  );
}

/** Drawn by the layers' own initializers, channels last and with channels first. */
function weightsOf(model: Model): Layouts<Float32Array>[] {
  const { rows } = model.summary();
  const flatten = rows.findIndex(({ type }) => type === "Flatten");
  const image = rows[flatten - 1]?.outputShape;
  const afterFlatten = rows.slice(flatten + 1).find(({ type }) => type === "Dense")?.name;
  return model.weights.map(({ path, variable }, stream) => {
    const { shape } = variable;
    const last = variable.initializer(shape, { seed: 1, stream });
    if (shape.length === 4) return { last, first: permute(last, shape, [3, 2, 0, 1]) };
    if (!image || path !== `${afterFlatten}/kernel`) return { last, first: last };
    const [height, width, channels] = image as [number, number, number];
    return { last, first: permute(last, [height, width, channels, shape[1]!], [2, 0, 1, 3]) };
  });
}

/** The values of an array of four axes in another order of the axes. */
function permute<Values extends Uint8Array | Float32Array>(
  data: Values,
  shape: readonly number[],
  order: readonly number[],
): Values {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis]!);
  const moved = order.map((axis) => strides[axis]!);
  return data.map((_, i) => {
    let rest = i;
    let from = 0;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += (rest % sizes[axis]!) * moved[axis]!;
      rest = Math.floor(rest / sizes[axis]!);
    }
    return data[from]!;
  }) as Values;
}
