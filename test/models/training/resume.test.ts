import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, FileError } from "../../../engine/errors.ts";
import {
  adam,
  adamw,
  Dense,
  EarlyStopping,
  type FitOptions,
  Input,
  LambdaCallback,
  loadWeights,
  type Model,
  type Optimizer,
  readCheckpoint,
  saveCheckpoints,
  saveWeights,
  sequential,
  type TrainingPosition,
  type TrainingSnapshot,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { snapshotAfter } from "../callbacks/scripted.ts";
import { bits, tinyData, tinyNetwork, train } from "../tiny.ts";

const engine = useEngine();
let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "wgrad-resume-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const data = tinyData(22); // 3 batches of 8
const names = [
  "optimizer",
  "callback",
  "weight",
  "a/b",
  "__proto__",
  "constructor",
  "toString",
  "größe ÷",
  "0",
];

async function compiled(net: Model, seed = 7, optimizer: Optimizer = adam()): Promise<Model> {
  await net.compile({ optimizer, loss: "categorical_crossentropy", engine: engine(), seed });
  return net;
}

/** What training leaves, from two epochs on. */
async function firstEpochs(net: Model = tinyNetwork(), options: FitOptions = {}): Promise<TrainingSnapshot> {
  const { callback, taken } = snapshotAfter(1);
  await compiled(net);
  await net.fit(data, {
    epochs: 2,
    batchSize: 8,
    ...options,
    callbacks: [...(options.callbacks ?? []), callback],
  });
  net.dispose();
  return taken();
}

describe("layers of any name", () => {
  it.each(
    [...names, "x".repeat(5000), "\ud800"].map((name) => [name.slice(0, 20), name] as const),
  )("are saved, resumed and copied: %s", async (_, name) => {
    const network = () => {
      const inner = sequential([Input([5]), Dense(4, { name }), Dense(4)], { name: `${name}2` });
      return sequential([Input([5]), inner, Dense(3, { name: `${name}3`, activation: "softmax" })]);
    };
    const folder = join(root, `names ${names.indexOf(name)} ${name.length}`);
    const saved = await compiled(network());
    await saved.fit(data, { batchSize: 8, callbacks: [saveCheckpoints(folder)] });
    const wanted = bits(await saved.getWeights());
    expect(Object.keys(wanted)).toContain(`${name}/kernel`);
    const resumed = await compiled(network(), 99);
    await resumed.fit(data, { batchSize: 8, epochs: 1, resume: await readCheckpoint(folder) }); // nothing is left to train
    expect(bits(await resumed.getWeights())).toEqual(wanted);
    expect(bits(await resumed.session.state.read())).toEqual(bits(await saved.session.state.read()));
    const clone = await compiled(await saved.clone());
    expect(bits(await clone.getWeights())).toEqual(wanted);
    const path = join(root, `names-${names.indexOf(name)}-${name.length}.safetensors`);
    await saveWeights(saved, path);
    const loaded = await compiled(network(), 99);
    await loadWeights(loaded, path);
    expect(bits(await loaded.getWeights())).toEqual(wanted);
    for (const net of [saved, resumed, clone, loaded]) net.dispose();
  });

  it("without a name have an automatic one, and two paths that are the same are refused", async () => {
    const unnamed = sequential([Input([2]), Dense(1, { name: "" })]);
    expect(unnamed.weights.map(({ path }) => path)).toEqual(["dense_1/kernel", "dense_1/bias"]);
    const inner = sequential([Input([2]), Dense(2, { name: "b" })], { name: "a" });
    const deeper = sequential([Input([2]), inner, Dense(2, { name: "b" })], { name: "outer" });
    const clash = sequential([Input([2]), deeper, Dense(2, { name: "outer/a/b" })]);
    await expect(compiled(clash)).rejects.toThrow("two weights are named outer/a/b/kernel");
  });
});

describe("training that goes on", () => {
  it.each([
    1, 4294967295,
  ])("is that of the checkpoint's seed in all bits, compiled with seed %i", async (seed) => {
    const whole = await train(engine(), data, { optimizer: adam(), epochs: 3 });
    const { callback, taken } = snapshotAfter(0);
    await train(engine(), data, { optimizer: adam(), epochs: 1, callbacks: [callback] });
    const resume = taken();
    for (let i = 0; i < 2; i++)
      expect(await train(engine(), data, { optimizer: adam(), epochs: 3, resume, seed })).toEqual(whole);
  });

  it("leaves an interrupted snapshot as it was, so that it serves again", async () => {
    const stop = new AbortController();
    let taken: TrainingSnapshot | undefined;
    const keep = LambdaCallback({
      onEpochBegin: () => stop.abort(),
      onInterrupt: async (control) => {
        taken = await control.snapshot();
      },
    });
    const fit = { epochs: 2, batchSize: 8 };
    await expect(train(engine(), data, { ...fit, callbacks: [keep], signal: stop.signal })).rejects.toThrow();
    const before = structuredClone(taken!.position);
    const [once, again] = [
      await train(engine(), data, { ...fit, resume: taken! }),
      await train(engine(), data, { ...fit, resume: taken! }),
    ];
    expect(once).toEqual(again);
    expect(taken!.position).toEqual(before);
  });

  it("takes over callbacks of one name by their order, and infinite values", async () => {
    const stopping = () =>
      EarlyStopping({ monitor: "odd", mode: "max", patience: 9, restoreBestWeights: true });
    const report = LambdaCallback({
      name: "EarlyStopping 2",
      onEpochEnd: (epoch, logs) => {
        logs.odd = epoch === 0 ? Number.POSITIVE_INFINITY : -0;
      },
    });
    const folder = join(root, "states");
    const callbacks = () => [report, stopping(), stopping(), saveCheckpoints(folder)];
    await train(engine(), data, { epochs: 2, callbacks: callbacks() });
    const { position, kept } = await readCheckpoint(folder);
    expect(Object.keys(position.callbacks)).toEqual([
      "EarlyStopping 2",
      "EarlyStopping",
      "EarlyStopping 3",
      "checkpoint",
    ]);
    expect([...kept.keys()]).toEqual(["EarlyStopping", "EarlyStopping 3"]);
    expect(position.callbacks.EarlyStopping).toMatchObject({
      best: Number.POSITIVE_INFINITY,
      wait: 1,
      bestEpoch: 0,
    });
    expect(position.history.odd).toEqual(["Infinity", "-0"]);
    const resumed = callbacks();
    const { history } = await train(engine(), data, {
      epochs: 3,
      callbacks: resumed,
      resume: await readCheckpoint(folder),
    });
    expect(history.odd).toEqual([Number.POSITIVE_INFINITY, -0, -0]);
    expect((resumed[1] as ReturnType<typeof stopping>).saveState()).toMatchObject({ wait: 2, bestEpoch: 0 });
  });
});

describe("a snapshot that makes no sense", () => {
  let good: TrainingSnapshot;
  beforeAll(async () => {
    good = await firstEpochs();
  });

  const row = [8, 1]; // samples, loss
  const positions: readonly (readonly [string, Partial<Record<keyof TrainingPosition, unknown>>, string])[] =
    [
      ["a batch beyond the epoch", { batch: 7 }, "it is at batch 7 of an epoch, an epoch has 3 here"],
      [
        "a batch beyond what is counted",
        { batch: 2 ** 32 },
        "batch must be a whole number below 2^32, got 4294967296",
      ],
      ["half a batch", { batch: 0.5 }, "batch must be a whole number"],
      ["an epoch beyond the last", { epoch: 5 }, "it has 5 epochs, training shall end after 4"],
      [
        "an epoch that its history does not have",
        { epoch: 4 },
        "its history ends with epoch 2, it has 4 epochs",
      ],
      ["too few updates", { step: 1 }, "1 updates are too few for 2 epochs and 0 batches"],
      ["too many updates", { step: 2 ** 53 }, "step must be a whole number below 2^32 - 2"],
      ["a seed that is none", { seed: 2 ** 32 }, "seed must be a whole number below 2^32, got 4294967296"],
      ["a negative rate", { learningRate: -1 }, "learningRate must be a finite number, 0 or more, got -1"],
      ["a rate beyond float32", { learningRate: 1e300 }, "learningRate must be a finite number"],
      ["a rate that is no number", { learningRate: Number.NaN }, "0 or more, got NaN"],
      [
        "another optimizer",
        { optimizer: "adamw" },
        "moments of the optimizer adamw, the model is compiled with adam",
      ],
      ["rows of no batch", { rows: [row] }, "it has results of 1 batches, it is at batch 0"],
      ["batches without rows", { batch: 1 }, "it has results of 0 batches, it is at batch 1"],
      ["longer rows", { batch: 1, rows: [[8, 1, 1]] }, "results of batch 1 have 3 numbers, 2 are expected"],
      ["rows of another batch size", { batch: 1, rows: [[4, 1]] }, "had 4 samples so far, here they have 8"],
      ["rows of texts", { batch: 1, rows: [[8, "1"]] }, "rows must be lists of numbers"],
      ["no history", { history: {} }, 'no list "epoch" of whole numbers'],
      [
        "a shorter list",
        { history: { epoch: [1, 2], loss: [1] } },
        '"loss" has not as many values as "epoch" (2)',
      ],
      ["no loss", { history: { epoch: [1, 2] } }, "its history has no loss"],
      [
        "epochs that fall",
        { history: { epoch: [2, 1], loss: [1, 1] } },
        "the epochs of its history do not increase",
      ],
      ["states that are none", { callbacks: { EarlyStopping: 3 } }, "callbacks must be an object of states"],
      [
        "a state that is damaged",
        { callbacks: { EarlyStopping: { wait: "x" } } },
        "EarlyStopping: its state in the checkpoint is damaged",
      ],
      [
        "a best epoch without its weights",
        { callbacks: { EarlyStopping: { best: 1, bestEpoch: 0 } } },
        "does not hold the weights of the best epoch so far, epoch 1",
      ],
    ];
  const f32 = (...values: number[]) => Float32Array.from(values);
  const others: readonly (readonly [string, (snapshot: TrainingSnapshot) => object, string])[] = [
    ["no weights", () => ({ weights: new Map() }), "the weight dense_1/kernel [5,4] is missing"],
    [
      "a weight too many",
      ({ weights: w }) => ({ weights: new Map([...w, ["x/kernel", f32(1)]]) }),
      "x/kernel belongs",
    ],
    [
      "a weight of another size",
      ({ weights: w }) => ({ weights: new Map([...w, ["dense_1/bias", f32(1)]]) }),
      "the weight dense_1/bias has 1 values, [4] needs 4",
    ],
    [
      "a weight that is NaN",
      ({ weights: w }) => ({ weights: new Map([...w, ["dense_1/bias", f32(0, 0, Number.NaN, 0)]]) }),
      "the weight dense_1/bias is NaN at place 2",
    ],
    ["no moments", () => ({ slots: new Map() }), "the moment first/dense_1/kernel [5,4] is missing"],
    [
      "other moments",
      ({ slots }) => ({ slots: new Map([...slots].map(([name, value]) => [`x${name}`, value])) }),
      "the moment xfirst/dense_1/kernel belongs to nothing that is trained here",
    ],
    [
      "a moment of another size",
      ({ slots }) => ({ slots: new Map([...slots, ["first/dense_1/bias", f32(1)]]) }),
      "the moment first/dense_1/bias has 1 values, [4] needs 4",
    ],
    [
      "kept weights of another size",
      () => ({ kept: new Map([["EarlyStopping", new Map([["dense_1/bias", f32(1)]])]]) }),
      "the weight dense_1/bias that EarlyStopping keeps has 1 values",
    ],
  ];

  async function refused(changed: object): Promise<string> {
    const net = await compiled(tinyNetwork(), 3);
    const before = [bits(await net.getWeights()), bits(await net.session.state.read()), net.session.seed];
    const stopping = EarlyStopping({ monitor: "loss", restoreBestWeights: true });
    const options = { epochs: 4, batchSize: 8, callbacks: [stopping], resume: { ...good, ...changed } };
    const error: unknown = await net.fit(data, options).catch((cause: unknown) => cause);
    const after = [bits(await net.getWeights()), bits(await net.session.state.read()), net.session.seed];
    net.dispose();
    expect(after).toEqual(before);
    expect(error instanceof ArgumentError || error instanceof FileError).toBe(true);
    return (error as Error).message;
  }

  it.each(positions)("is refused before anything changes: %s", async (_, changed, message) => {
    expect(await refused({ position: { ...good.position, ...changed } })).toContain(message);
  });

  it.each(others)("is refused before anything changes: %s", async (_, change, message) => {
    expect(await refused(change(good))).toContain(message);
  });

  it.each([null, 3, "checkpoint", {}, [], new Map(), { position: {} }])("is refused: %j", async (resume) => {
    const net = await compiled(tinyNetwork());
    const fit = net.fit(data, { resume: resume as never });
    await expect(fit).rejects.toThrow(ArgumentError);
    await expect(fit).rejects.toThrow("fit: resume: needs a snapshot of training");
    net.dispose();
  });

  it("goes on where only what is not known of old checkpoints is missing", async () => {
    const { optimizer: _, ...position } = good.position;
    const net = await compiled(tinyNetwork());
    const { epoch } = await net.fit(data, { epochs: 3, batchSize: 8, resume: { ...good, position } });
    expect(epoch).toEqual([1, 2, 3]);
    net.dispose();
  });

  it("says so of a model that trains other layers, by another optimizer", async () => {
    const net = await compiled(tinyNetwork(), 7, adamw());
    await expect(net.fit(data, { epochs: 3, batchSize: 8, resume: good })).rejects.toThrow(
      "compiled with adamw",
    );
    net.dispose();
    const frozen = tinyNetwork();
    frozen.getLayer("dense_1").trainable = false;
    await compiled(frozen);
    const fit = frozen.fit(data, { epochs: 3, batchSize: 8, resume: good });
    await expect(fit).rejects.toThrow(
      "the moment first/dense_1/kernel belongs to nothing that is trained here",
    );
    frozen.dispose();
  });
});
