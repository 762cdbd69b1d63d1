/** @file Samples that are read batch by batch: the same bits as those in memory, and what is wrong with them is told. */
import { describe, expect, it } from "vitest";
import type { StoredDataset } from "../../../models/data/stored-samples.ts";
import {
  Conv2D,
  Dense,
  Dropout,
  EarlyStopping,
  type FitOptions,
  Flatten,
  gradCam,
  Input,
  type Model,
  saliency,
  sequential,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();
const [count, classes, size] = [43, 3, 4 * 4 * 3];
const inputShape = [4, 4, 3];
const inputs = Uint8Array.from({ length: count * size }, (_, i) => (i * 37 + (i >> 4) * 11) % 256);
const labels = Uint8Array.from({ length: count }, (_, i) => (i * 5) % classes);
const inMemory = { inputs, inputShape, scale: 1 / 255, labels, classes };

/** Counts what is read, and the parts that are read at the same time. */
function stored(change: Partial<StoredDataset> = {}) {
  const seen: number[][] = [];
  const data: StoredDataset = {
    ...{ count, inputShape, scale: 1 / 255, labels, classes },
    async *read(parts) {
      for (const part of parts) {
        seen.push([...part]);
        const bytes = new Uint8Array(part.length * size);
        for (const [to, from] of part.entries())
          bytes.set(inputs.subarray(from * size, (from + 1) * size), to * size);
        await new Promise(setImmediate);
        yield bytes;
      }
    },
    ...change,
  };
  return { data, seen };
}

async function network(): Promise<Model> {
  const model = sequential([
    Input([4, 4, 3]),
    Conv2D(4, 3, { activation: "relu" }),
    Flatten(),
    Dropout(0.3),
    Dense(classes, { activation: "softmax" }),
  ]);
  const loss = "categorical_crossentropy";
  await model.compile({ engine: engine(), optimizer: "adam", loss, metrics: ["accuracy"], seed: 5 });
  return model;
}

async function trained(data: StoredDataset | typeof inMemory, options: FitOptions) {
  const model = await network();
  const history = await model.fit(data, options);
  const weights = [...(await model.getWeights()).values()].map((values) => [...values]);
  const { seconds: _, ...columns } = history.history;
  const predicted = [...(await model.predict(data, { batchSize: 10 }))];
  const evaluated = await model.evaluate(data, { batchSize: 10 });
  model.dispose();
  return { weights, columns, predicted, evaluated };
}

function damaged(): Uint8Array {
  throw new Error("bird.jpg: damaged");
}

describe("stored samples", () => {
  it.each<[string, FitOptions]>([
    ["shuffled", { epochs: 3, batchSize: 8 }],
    ["in order, in one batch", { epochs: 2, batchSize: 64, shuffle: false }],
    ["with a part held out", { epochs: 2, batchSize: 8, validationSplit: 0.3 }],
    ["step by step", { epochs: 1, batchSize: 8, eager: true }],
  ])("give the same weights, history, outputs and results: %s", async (_, options) => {
    const expected = await trained(inMemory, options);
    expect(await trained(stored().data, options)).toEqual(expected);
  });

  it("validate, and are read once an epoch in the order of training", async () => {
    const validationData = stored();
    const { data, seen } = stored();
    const options = { epochs: 2, batchSize: 20, callbacks: [EarlyStopping({ patience: 5 })] };
    const { columns } = await trained(data, { ...options, validationData: validationData.data });
    const expected = await trained(inMemory, { ...options, validationData: inMemory });
    expect(columns).toEqual(expected.columns);
    expect(validationData.seen.map((part) => part.length)).toEqual([43, 43]);
    expect(seen.slice(0, 6).map((part) => part.length)).toEqual([20, 20, 3, 20, 20, 3]);
    for (const epoch of [seen.slice(0, 3), seen.slice(3, 6)])
      expect(epoch.flat().sort((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(seen[0]).not.toEqual(seen[3]);
  });

  it("go on from a checkpoint to the same bits", async () => {
    const options = { epochs: 2, batchSize: 8 };
    const { weights } = await trained(inMemory, options);
    const first = await network();
    const stop = new AbortController();
    let resume: FitOptions["resume"];
    const callbacks = [
      {
        name: "snapshot",
        onInterrupt: async (control: { snapshot(): Promise<NonNullable<FitOptions["resume"]>> }) => {
          resume = await control.snapshot();
        },
      },
    ];
    const read: StoredDataset["read"] = async function* (parts) {
      let batches = 0;
      for await (const bytes of stored().data.read(parts)) {
        if (++batches === 3) stop.abort();
        yield bytes;
      }
    };
    const cut = first.fit(stored({ read }).data, { ...options, signal: stop.signal, callbacks });
    await expect(cut).rejects.toThrow("Interrupted in epoch 1");
    expect(resume?.position.batch).toBe(3);
    const second = await network();
    await second.fit(stored().data, { ...options, ...(resume && { resume }) });
    expect([...(await second.getWeights()).values()].map((values) => [...values])).toEqual(weights);
    for (const model of [first, second]) model.dispose();
  });

  it("of a loss that is not finite name layer and batch", async () => {
    const model = sequential([Input([4, 4, 3]), Flatten(), Dense(classes)]);
    await model.compile({ engine: engine(), optimizer: "sgd", loss: "mean_squared_error" });
    const huge = new Map([["dense_1/kernel", new Float32Array(size * classes).fill(3e38)]]);
    model.setWeights(huge);
    await expect(model.fit(stored({ scale: 1 }).data, { batchSize: 8 })).rejects.toThrow(
      /not finite in epoch 1, batch 1 of 6 .*: the output of dense_1/,
    );
    model.dispose();
  });

  it.each<[Partial<StoredDataset>, RegExp]>([
    [{ inputShape: [4, 4, 1] }, /\[4,4,1\]/],
    [{ classes: 4 }, /has 4 classes/],
    [{ labels: labels.subarray(1) }, /42 labels for 43 samples/],
    [{ labels: labels.map((label) => label + 1) }, /is 3, expected a whole number from 0 to 2/],
    [{ count: 0 }, /count/],
    [{ read: async function* () {} }, /read\(\) ended before the last part/],
    [
      {
        async *read(parts) {
          for (const part of parts) yield new Uint8Array(part.length * size - 1);
        },
      },
      /gave 383 bytes for 8 samples of 48 bytes/,
    ],
    [
      {
        async *read(parts) {
          for (const _ of parts) yield [1, 2, 3] as unknown as Uint8Array;
        },
      },
      /read\(\) gives a Uint8Array for each part/,
    ],
    [
      {
        async *read(parts) {
          for (const _ of parts) yield damaged();
        },
      },
      /bird\.jpg: damaged/,
    ],
  ])("%o is refused", async (change, pattern) => {
    const model = await network();
    await expect(model.fit(stored(change).data, { batchSize: 8 })).rejects.toThrow(pattern);
    model.dispose();
  });

  it("are explained as those in memory", async () => {
    const model = await network();
    const maps = (data: StoredDataset | typeof inMemory) =>
      Promise.all([
        saliency(model, data, { batchSize: 10 }),
        gradCam(model, data, { batchSize: 10, classes: 1 }),
      ]);
    const { data, seen } = stored();
    expect(await maps(data)).toEqual(await maps(inMemory));
    expect(seen.map(({ length }) => length).sort()).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 3, 3]);
    model.dispose();
  });

  it("are held out in batches larger than those of training, and than 256 samples", async () => {
    const many = 300;
    const wide = { ...inMemory, inputs: new Uint8Array(many * size).map((_, i) => (i * 37) % 256) };
    const classesOf = Uint8Array.from({ length: many }, (_, i) => i % classes);
    const read: StoredDataset["read"] = async function* (parts) {
      for (const part of parts)
        yield Uint8Array.from([...part].flatMap((i) => [...wide.inputs.subarray(i * size, (i + 1) * size)]));
    };
    const options = { batchSize: 8, epochs: 1, validationSplit: 0.9, validationBatchSize: 270 };
    const kept = await trained({ ...wide, labels: classesOf }, options);
    expect(await trained(stored({ count: many, labels: classesOf, read }).data, options)).toEqual(kept);
  });

  it("take no weights", async () => {
    const model = await network();
    const weighted = model.fit(stored().data, { classWeight: { 0: 1, 1: 2, 2: 1 } });
    await expect(weighted).rejects.toThrow("samples that are read part by part have no weights");
    model.dispose();
  });
});
