/** @file Fuzzes compiled models: training, evaluation, prediction, weights. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GpuDataset } from "../../kernels/gather/index.ts";
import {
  adam,
  type CompileOptions,
  Dense,
  EarlyStopping,
  formatLoadedWeights,
  Input,
  input,
  loadWeights,
  type Model,
  model,
  saveWeights,
  sequential,
  sgd,
  type TrainingSnapshot,
} from "../../models/index.ts";
import { attack, type Target } from "./attack.ts";
import { useSurroundings } from "./surroundings.ts";

const surroundings = useSurroundings();
const folder = mkdtempSync(join(tmpdir(), "wgrad-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));

const network = () => sequential([Input([4]), Dense(3, { activation: "softmax" })]);

/** One network for all runs of a target: it must survive whatever it is told. */
async function withModel(use: (net: Model) => Promise<void>): Promise<void> {
  const net = network();
  const { engine } = surroundings();
  await net.compile({ optimizer: sgd(), loss: "categorical_crossentropy", metrics: ["accuracy"], engine });
  try {
    await use(net);
  } finally {
    net.dispose();
  }
}

const samples = 5;
const inputs = () => Float32Array.from({ length: 4 * samples }, (_, i) => i / 20);
const labels = [0, 1, 2, 1, 0];
const arrays = () => ({ inputs: inputs(), targets: labels });
const dataset = () => ({ inputs: inputs(), inputShape: [4], labels, classes: 3 });
const weights = { sampleWeight: [1, 2, 1, 2, 1], classWeight: { 0: 1, 1: 2, 2: 1 } };
/** With numbers that people mean these take hours. */
const endless = ["1.epochs", "1.stepsPerEpoch"];

/** Of the network, after one of the three batches of two samples. */
const snapshot = (): TrainingSnapshot => ({
  position: {
    ...{ epoch: 0, batch: 1, step: 1, seed: 1, learningRate: 0.1, optimizer: "sgd", rows: [[2, 1, 0.5]] },
    ...{ history: { epoch: [], loss: [] }, callbacks: { EarlyStopping: { best: 1, wait: 0 } } },
  },
  weights: new Map([
    ["dense_1/kernel", new Float32Array(12)],
    ["dense_1/bias", new Float32Array(3)],
  ]),
  slots: new Map(),
  kept: new Map(),
});

type Use = (net: Model, ...args: never[]) => unknown;

/** What a compiled model is asked to do. */
const uses: readonly (Omit<Target, "call"> & { readonly use: Use })[] = [
  {
    name: "fit",
    says: /fit|batches|sampleWeight|classWeight|data set|evaluate|model|crossentropy/i,
    keeps: endless,
    sound: () => [
      arrays(),
      {
        epochs: 1,
        batchSize: 2,
        initialEpoch: 0,
        validationData: arrays(),
        evaluationSets: { test: dataset() },
        shuffle: true,
        callbacks: [EarlyStopping({ monitor: "loss" })],
        eager: false,
        ...weights,
        onPlan: () => {},
        onEpoch: () => {},
        onProgress: () => {},
      },
    ],
    use: (net, ...args: Parameters<Model["fit"]>) => net.fit(...args),
  },
  {
    name: "fit",
    says: /fit|data set|evaluate|gather|crossentropy/i,
    keeps: endless,
    sound: () => [dataset(), { epochs: 1, validationSplit: 0.4 }],
    use: (net, ...args: Parameters<Model["fit"]>) => net.fit(...args),
  },
  {
    name: "fit",
    keeps: endless,
    says: /fit|sampleWeight/,
    sound: () => [[{ ...arrays(), sampleWeight: [1, 1, 2, 2, 1] }], { epochs: 1, stepsPerEpoch: 1 }],
    use: (net, ...args: Parameters<Model["fit"]>) => net.fit(...args),
  },
  {
    name: "fit",
    keeps: endless,
    says: /fit|History|history|EarlyStopping|crossentropy|data set/,
    sound: () => [
      arrays(),
      { epochs: 1, resume: snapshot(), callbacks: [EarlyStopping({ monitor: "loss" })], batchSize: 2 },
    ],
    use: (net, ...args: Parameters<Model["fit"]>) => net.fit(...args),
  },
  {
    name: "evaluate|sampleWeight|data set",
    sound: () => [arrays(), { batchSize: 2, sampleWeight: weights.sampleWeight }],
    use: (net, ...args: Parameters<Model["evaluate"]>) => net.evaluate(...args),
  },
  {
    name: "predict|data set",
    sound: () => [{ inputs: inputs() }, { batchSize: 2 }],
    use: (net, ...args: Parameters<Model["predict"]>) => net.predict(...args),
  },
  {
    name: "trainOnBatch|sampleWeight|classWeight",
    sound: () => [inputs(), labels, weights],
    use: (net, ...args: Parameters<Model["trainOnBatch"]>) => net.trainOnBatch(...args),
  },
  {
    name: "testOnBatch|evaluate|sampleWeight",
    sound: () => [inputs(), labels, { sampleWeight: weights.sampleWeight }],
    use: (net, ...args: Parameters<Model["testOnBatch"]>) => net.testOnBatch(...args),
  },
  {
    name: "predict",
    sound: () => [inputs()],
    use: (net, ...args: Parameters<Model["predictOnBatch"]>) => net.predictOnBatch(...args),
  },
  {
    name: "clone",
    sound: () => [{ weights: "fresh" }],
    use: async (net, ...args: Parameters<Model["clone"]>) => void (await net.clone(...args)),
  },
  { name: "getLayer", sound: () => ["dense_1"], use: (net, name: string) => void net.getLayer(name) },
  {
    name: "getLayer|outputOf",
    sound: () => ["dense_1", 0],
    use: (net, ...args: Parameters<Model["outputOf"]>) => void net.outputOf(...args),
  },
  {
    name: "optimizer",
    sound: () => [0.1],
    use: async (net, rate: number) => {
      net.optimizer.learningRate = rate;
    },
  },
  {
    name: "setWeights|dense_1/bias",
    sound: () => ["dense_1/bias", new Float32Array(3)],
    use: (net, path: string, data: Float32Array) => net.setWeights(new Map([[path, data]])),
  },
  {
    name: "setWeights",
    sound: () => [new Map()],
    use: (net, ...args: Parameters<Model["setWeights"]>) => net.setWeights(...args),
  },
  {
    name: "loadWeights|readSafetensors|Cannot read|The map",
    sound: () => [
      new Map([["dense_1/bias", new Float32Array(3)]]),
      { only: ["dense_1/bias"], skip: /kernel/ },
    ],
    use: async (net, ...args: never[]) => {
      const [source, filter] = args as unknown as [Map<string, Float32Array>, { only: string }];
      expect(formatLoadedWeights(await loadWeights(net, source, filter))).toMatch(/loaded|skipped/);
    },
  },
];

describe("a compiled model", () => {
  it.each(uses)("says what is wrong: $name", async ({ use, ...target }) => {
    await withModel(async (net) => {
      const call = (...args: never[]) => use(net, ...args);
      await attack({ ...target, call }, surroundings());
      await net.fit(arrays()); // still
    });
  });
});

/** Texts become names in the folder: files of any name would be written. */
function within(folder: string, path: unknown): string {
  return typeof path === "string" && path !== "" && !path.startsWith(folder)
    ? join(folder, path)
    : (path as string);
}

const compiling: readonly Target[] = [
  {
    name: "compile",
    sound: ({ engine }) => [
      { optimizer: adam(), loss: "categorical_crossentropy", metrics: ["accuracy"], engine, seed: 3 },
    ],
    wholes: ["0.optimizer"],
    keeps: ["0.engine"], // another one would be made for every run
    call: async (options: CompileOptions) => {
      if (options === undefined || options?.engine === undefined) return;
      const net = network();
      try {
        await net.compile(options);
      } finally {
        net.dispose();
      }
    },
  },
  {
    name: "compile",
    sound: ({ engine }) => [
      {
        optimizer: adam(),
        loss: { kind: "categorical_crossentropy", size: "mse" },
        lossWeights: { kind: 1, size: 0.5 },
        metrics: { kind: ["accuracy"], size: { error: "mae" } },
        engine,
      },
    ],
    wholes: ["0.optimizer"],
    keeps: ["0.engine"],
    call: async (options: CompileOptions) => {
      if (options?.engine === undefined) return;
      const x = input([4]);
      const kind = Dense(3, { name: "kind", activation: "softmax" }).apply(x);
      const net = model({ inputs: x, outputs: [kind, Dense(1, { name: "size" }).apply(x)] });
      try {
        await net.compile(options);
      } finally {
        net.dispose();
      }
    },
  },
  {
    name: "saveWeights",
    sound: () => [join(folder, "weights.safetensors")],
    call: (path) => withModel((net) => saveWeights(net, within(folder, path))),
  },
  {
    name: "saveWeights",
    sound: () => [network()],
    call: (net: Model) => (net?.layers ? undefined : saveWeights(net, "x")),
  },
  {
    name: "fit/evaluate",
    sound: () => [Uint32Array.of(4, 0)],
    call: async (indices: Uint32Array) => {
      using whole = GpuDataset.upload(surroundings().engine, dataset());
      await withModel(async (net) => void (await net.evaluate({ dataset: whole, indices })));
    },
  },
];

describe("around a model", () => {
  it.each(compiling)("$name says what is wrong", async (target) => {
    await attack(target, surroundings());
  });
});
