/** @file Fuzzes the engine: tensors, memory, recordings, gradients; and what makes batches of data sets. */
import { describe, it } from "vitest";
import { gradients } from "../../engine/autodiff/tape.ts";
import { createEngine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { mul, square } from "../../kernels/elementwise/index.ts";
import { GpuDataset, gatherLabels, gatherSamples, SampleStore } from "../../kernels/gather/index.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  nadam,
  occupiedElements,
  rmsprop,
  sgd,
} from "../../kernels/optimizers/index.ts";
import { sum } from "../../kernels/reduce/index.ts";
import { attack, type Target } from "./attack.ts";
import type { Surroundings } from "./junk.ts";
import { useSurroundings } from "./surroundings.ts";

const surroundings = useSurroundings();
const engine = () => surroundings().engine;
const zeros = (...shape: number[]) => engine().zeros(shape);

const values: readonly Target[] = [
  {
    name: "tensor",
    sound: () => [[1, 2, 3, 4], [2, 2], "i32"],
    call: (data, shape, dtype) => engine().tensor(data, shape, dtype),
  },
  { name: "zeros", sound: () => [[2, 3], "u8"], call: (shape, dtype) => engine().zeros(shape, dtype) },
  {
    name: "upload",
    sound: () => [zeros(2, 3), new Float32Array(3), 4],
    call: (target, data, offset) => engine().upload(target, data, offset),
  },
  { name: "clear", sound: () => [zeros(2, 3)], call: (target) => engine().clear(target) },
  {
    name: "copy",
    sound: () => [zeros(2, 3), zeros(6)],
    call: (source, target) => engine().copy(source, target),
  },
  { name: "data", sound: () => [zeros(2, 3)], call: (tensor) => engine().read(tensor) },
  { name: "reshape", sound: () => [[3, 2]], call: (shape) => zeros(2, 3).view(shape) },
  { name: "slice", sound: () => [64, [2, 3]], call: (start, shape) => zeros(128).slice(start, shape) },
  {
    name: "keep",
    sound: () => [zeros(2, 3)],
    call: (tensor: Tensor) => {
      const kept = engine().keep(tensor);
      kept.dispose();
    },
  },
];

const bodies: readonly Target[] = [
  { name: "scope", sound: () => [() => zeros(2)], call: (body) => engine().scope(body) },
  { name: "plan", sound: () => [() => square(zeros(2))], call: (body) => void engine().plan(body) },
  {
    name: "record",
    sound: () => {
      const x = zeros(2);
      return [() => square(x)];
    },
    call: (step) => engine().record(step).dispose(),
  },
  {
    name: "replay",
    sound: () => [2],
    keeps: [],
    call: (times: number) => {
      const x = zeros(2);
      const recording = engine().record(() => square(x));
      try {
        recording.replay(typeof times === "number" && times > 1e6 && times % 1 === 0 ? 1 : times); // would take its time
      } finally {
        recording.dispose();
      }
    },
  },
  {
    name: "gradients",
    sound: ({ engine }) => {
      const [x, y] = [zeros(2, 3), zeros(2, 3)];
      return [engine, () => sum(mul(x, y)), [x, y], { into: [zeros(2, 3), zeros(2, 3)], accumulate: false }];
    },
    call: (...args: Parameters<typeof gradients>) => gradients(...args),
  },
  {
    name: "createEngine",
    says: /createEngine|adapter/,
    sound: () => [{ adapter: process.env.WGRAD_ADAPTER ?? "auto", debug: true }],
    keeps: ["0.debug"],
    call: async (options) => {
      if (options === undefined) return; // a device for every run takes its time
      (await createEngine(options)).dispose();
    },
  },
];

const bytes = () => Uint8Array.from({ length: 24 }, (_, i) => i);
const order = () => engine().tensor([2, 0, 1], [3], "u32");
const dataSets: readonly Target[] = [
  {
    name: "data set",
    sound: ({ engine }) => [engine, bytes(), [2, 3], { chunkBytes: 16 }],
    call: (...args: Parameters<typeof SampleStore.upload>) => SampleStore.upload(...args).dispose(),
  },
  {
    name: "data set",
    sound: () => [0, bytes().subarray(0, 12)],
    call: (first, data) => {
      using store = SampleStore.upload(engine(), bytes(), [2, 3]);
      store.write(first, data);
    },
  },
  {
    name: "data set",
    sound: ({ engine }) => [engine, { inputs: bytes(), inputShape: [8], labels: [0, 2, 1], classes: 3 }, {}],
    call: (...args: Parameters<typeof GpuDataset.upload>) => GpuDataset.upload(...args).dispose(),
  },
  {
    name: "gatherSamples",
    sound: () => [order(), { batch: 2, scale: 1, offset: 0 }],
    call: (indices: Tensor<"u32">, options: { batch: number }) => {
      using store = SampleStore.upload(engine(), bytes(), [8]);
      return gatherSamples(store, indices, options);
    },
  },
  {
    name: "gatherLabels",
    sound: () => [order(), order(), { batch: 2, classes: 3 }],
    call: gatherLabels,
  },
  {
    name: "data set|gatherSamples|gatherLabels",
    sound: () => [order(), { batch: 2, scale: 1, offset: 0, oneHot: true }],
    call: (...args: Parameters<GpuDataset["batch"]>) => {
      using set = GpuDataset.upload(engine(), {
        inputs: bytes(),
        inputShape: [8],
        labels: [0, 2, 1],
        classes: 3,
      });
      return set.batch(...args);
    },
  },
];

const shared = { learningRate: 0.1, decay: 0.01, clipNorm: 1, clipValue: 2 };
const makers: Readonly<Record<string, readonly [Target["call"], object]>> = {
  sgd: [sgd, { momentum: 0.5, nesterov: true }],
  rmsprop: [rmsprop, { rho: 0.9, epsilon: 1e-7 }],
  adagrad: [adagrad, { initialAccumulator: 0.1, epsilon: 1e-7 }],
  adadelta: [adadelta, { rho: 0.9, epsilon: 1e-7 }],
  adam: [adam, { beta1: 0.9, beta2: 0.99, epsilon: 1e-7 }],
  adamax: [adamax, { beta1: 0.9, beta2: 0.99, epsilon: 1e-7 }],
  nadam: [nadam, { beta1: 0.9, beta2: 0.99, epsilon: 1e-7, scheduleDecay: 0.004 }],
  adamw: [adamw, { beta1: 0.9, beta2: 0.99, epsilon: 1e-7, weightDecay: 0.01 }],
};

/** Buffers of one group of 64 parameters. */
function group({ engine }: Surroundings) {
  const buffer = () => engine.zeros([64]);
  const occupied = engine.tensor([60], [1], "u32");
  return { parameters: buffer(), gradients: buffer(), slots: { velocity: buffer() }, occupied };
}

const optimizers: readonly Target[] = [
  ...Object.entries(makers).map(([name, [call, own]]) => ({
    name,
    call: (options: never) => void call(options),
    sound: () => [{ ...shared, ...own }],
  })),
  {
    name: "sgd",
    sound: (surroundings) => [group(surroundings)],
    call: (groups) => sgd({ momentum: 0.9, clipNorm: 1 }).apply(groups),
  },
  { name: "sgd", sound: () => ["velocity"], call: (slot) => sgd({ momentum: 0.9 }).slotInitial(slot) },
  {
    name: "occupiedElements",
    sound: ({ engine }) => [engine, [60, 3]],
    call: (engine, sizes) => occupiedElements(engine, sizes).dispose(),
  },
];

describe.each([
  { family: "values", targets: values },
  { family: "functions that run a body", targets: bodies },
  { family: "data sets", targets: dataSets },
  { family: "optimizers", targets: optimizers },
])("$family", ({ targets }) => {
  it.each(targets)("$name says what is wrong", async (target) => {
    await attack(target, surroundings());
  });
});
