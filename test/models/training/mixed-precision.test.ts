/** @file fit({ precision: "mixed" }): the loss scale, determinism, checkpoints, and what is refused. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AdapterError, ArgumentError, NumericError } from "../../../engine/errors.ts";
import type { LossScaleState } from "../../../kernels/loss-scale/index.ts";
import {
  adam,
  type Callback,
  Dense,
  type FitOptions,
  Input,
  type Model,
  readCheckpoint,
  saveCheckpoints,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { describeHalf, halfRounding } from "../../support/half.ts";
import { bits, features, tinyData, tinyNetwork, train, withBindingLimit } from "../tiny.ts";

const engine = useEngine();
const mixed = { precision: "mixed" } as const;
/** 17 samples: batches of 8, 8 and 1. */
const data = tinyData(17);

const root = mkdtempSync(join(tmpdir(), "wgrad-mixed-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Collects the loss scale after every epoch, as checkpoints have it. */
function watchScale() {
  const scales: LossScaleState[] = [];
  const callback: Callback = {
    name: "watch",
    savesTraining: true,
    onEpochEnd: async (_epoch, _logs, control) =>
      void scales.push((await control.snapshot()).position.lossScale!),
  };
  return { callback, scales };
}

async function compiled(model: Model, loss: string, optimizer = sgd({ learningRate: 0.1 })): Promise<Model> {
  await model.compile({ optimizer, loss, engine: engine(), seed: 7 });
  return model;
}

/** What fit() on one batch of all samples rejects with. */
async function failure(model: Model, inputs: Float32Array, targets: Float32Array, options: FitOptions) {
  const batchSize = inputs.length / features;
  return model.fit({ inputs, targets }, { ...options, batchSize }).catch((error: unknown) => error);
}

describeHalf("mixed precision", () => {
  it("gives the same bits in every run, replayed or eager, and not those of float32", async () => {
    const options = { epochs: 3, optimizer: adam({ learningRate: 0.01 }) };
    const first = await train(engine(), data, { ...options, ...mixed });
    expect(await train(engine(), data, { ...options, ...mixed })).toEqual(first);
    expect(await train(engine(), data, { ...options, ...mixed, eager: true })).toEqual(first);
    expect((await train(engine(), data, options)).weights).not.toEqual(first.weights);
  });

  it("skips steps that overflow, with their effect on momentum, until the scale fits, and raises it again", async () => {
    const { callback, scales } = watchScale();
    const lossScale = { initialScale: 2 ** 24, dynamicGrowthSteps: 4 };
    const options = { ...mixed, lossScale, epochs: 4, callbacks: [callback] };
    const model = await compiled(tinyNetwork(0), "categorical_crossentropy", adam({ learningRate: 0.01 }));
    await model.fit(data, { ...options, batchSize: 8 });
    const { step } = await model.session.step.read();
    const last = scales.at(-1)!;
    expect(scales[0]!.skipped).toBeGreaterThan(0);
    expect(step + last.skipped, "every batch is an update or skipped").toBe(12);
    expect(last.scale).toBeLessThan(2 ** 24);
    for (const values of (await model.getWeights()).values())
      expect(values.every(Number.isFinite)).toBe(true);
    for (const values of (await model.session.state.read()).values())
      expect(values.every(Number.isFinite)).toBe(true);
    model.dispose();
  });

  it("goes on to the same bits from a checkpoint, loss scale included", async () => {
    const folder = join(root, "resumed");
    const lossScale = { initialScale: 2 ** 22, dynamicGrowthSteps: 2 };
    const options = () => ({ ...mixed, lossScale, optimizer: adam({ learningRate: 0.01 }) });
    const { callback, scales } = watchScale();
    const whole = await train(engine(), data, { ...options(), epochs: 4, callbacks: [callback] });
    await train(engine(), data, { ...options(), epochs: 2, callbacks: [saveCheckpoints(folder)] });
    const resume = await readCheckpoint(folder);
    expect(resume.position.lossScale).toEqual(scales[1]);
    expect(resume.position.lossScale!.skipped, "the half before skipped, too").toBeGreaterThan(0);
    expect(await train(engine(), data, { ...options(), epochs: 4, resume })).toEqual(whole);
  });

  it("keeps gradients that f16 without a scale would lose", async () => {
    const network = () => sequential([Input([features]), Dense(4, { activation: "tanh" }), Dense(3)]);
    /** Gradient of the first kernel: that of its output is about 1e-8, and f16 ends at 2^-24 = 6e-8. */
    const gradient = async (options: FitOptions) => {
      const model = network();
      const lossWeights = 1e-7;
      await model.compile({
        optimizer: sgd({ momentum: 0.5 }),
        loss: "mse",
        lossWeights: [lossWeights],
        engine: engine(),
        seed: 7,
      });
      await model.fit(data, { ...options, shuffle: false, batchSize: 17 });
      const found = (await model.session.state.gradients[0]!.data()) as Float32Array;
      model.dispose();
      return [...found];
    };
    const expected = await gradient({});
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    const lost = await gradient({ ...mixed, lossScale: { initialScale: 1 } });
    expect(Math.max(...lost.map(Math.abs))).toBeLessThan(largest / 2);
    const kept = await gradient(mixed);
    // the hidden activation and its gradient are rounded; sums of 17 terms cancel in part
    for (const [i, value] of expected.entries())
      expect(Math.abs(kept[i]! - value)).toBeLessThan(8 * halfRounding * largest);
  });

  it("splits batches into micro-batches as float32 does", async () => {
    const inputs = new Float32Array(24 * 512).map((_, i) => Math.sin(i));
    const wide = { ...tinyData(24), inputs, inputShape: [512] };
    const trainWithin = async (bytes: number) => {
      const layers = [Input([512]), Dense(4, { activation: "tanh" }), Dense(3, { activation: "softmax" })];
      const model = await compiled(sequential(layers), "categorical_crossentropy");
      const parts: number[] = [];
      const options = {
        ...mixed,
        batchSize: 24,
        shuffle: false,
        onPlan: (sizes: readonly number[]) => void parts.push(...sizes),
      };
      await withBindingLimit(engine(), bytes, () => model.fit(wide, options));
      const weights = (await model.getWeights()).get("dense_1/kernel")!;
      model.dispose();
      return { parts, weights };
    };
    const whole = await trainWithin(2 ** 20);
    const split = await trainWithin(2 ** 14); // a sample has 2 kB
    expect([whole.parts, split.parts]).toEqual([[24], [8, 8, 8]]);
    const difference = whole.weights.map((value, i) => Math.abs(value - split.weights[i]!));
    expect(Math.max(...difference)).toBeLessThan(1e-6); // only sums of f32 in another order
  });

  it("is over when fit is: evaluation, trainOnBatch and the next fit are float32", async () => {
    const model = await compiled(tinyNetwork(0), "categorical_crossentropy");
    await model.fit(data, { ...mixed, batchSize: 8 });
    const weights = await model.getWeights();
    const plain = await compiled(tinyNetwork(0), "categorical_crossentropy");
    await plain.setWeights(weights);
    expect(await model.evaluate(data)).toEqual(await plain.evaluate(data));
    const [x, y] = [tinyData(4).inputs, new Float32Array(12).fill(1 / 3)];
    for (const each of [model, plain]) await each.trainOnBatch(x, y);
    expect(bits(await model.getWeights())).toEqual(bits(await plain.getWeights()));
    await model.fit(data, { shuffle: false, batchSize: 8 });
    await plain.fit(data, { shuffle: false, batchSize: 8 });
    expect(bits(await model.getWeights())).toEqual(bits(await plain.getWeights()));
    for (const owner of [model, plain]) owner.dispose();
  });

  it("a second fit goes on with the scale, unless it gives one", async () => {
    const model = await compiled(tinyNetwork(0), "categorical_crossentropy");
    const scaleOf = async (options: FitOptions) => {
      const { callback, scales } = watchScale();
      await model.fit(data, { ...options, batchSize: 8, callbacks: [callback] });
      return scales[0]!;
    };
    const growing = { initialScale: 1024, dynamicGrowthSteps: 3 };
    expect(await scaleOf({ ...mixed, lossScale: growing })).toEqual({
      scale: 2048,
      goodSteps: 0,
      skipped: 0,
    });
    expect(await scaleOf(mixed)).toEqual({ scale: 4096, goodSteps: 0, skipped: 0 });
    expect((await scaleOf({ ...mixed, lossScale: { initialScale: 16 } })).scale).toBe(16);
    for (const wrong of [null, 0, false]) {
      const message = `fit: lossScale: options must be an object, got ${wrong}.`;
      await expect(scaleOf({ ...mixed, lossScale: wrong as never })).rejects.toThrow(message);
    }
    model.dispose();
  });

  describe("beyond the largest number of f16", () => {
    const network = () =>
      sequential([Input([features]), Dense(4, { name: "hidden", activation: "relu" }), Dense(1)]);

    it("an activation stops training and is named", async () => {
      const model = await compiled(network(), "mse");
      const error = await failure(
        model,
        new Float32Array(4 * features).fill(1e6),
        new Float32Array(4),
        mixed,
      );
      expect(error).toBeInstanceOf(NumericError);
      expect((error as Error).message).toMatch(
        /the output of hidden is -?Infinity in sample 1 of the batch, value \d\..*or precision float32: f16 ends at 65504\.$/,
      );
      model.dispose();
    });

    it("gradients at a scale of 1 stop training, since no scale helps, and the weights stay", async () => {
      const model = await compiled(network(), "mse");
      const before = bits(await model.getWeights());
      const inputs = Float32Array.from({ length: 4 * features }, (_, i) => Math.cos(i));
      const error = await failure(model, inputs, new Float32Array(4).fill(1e7), { ...mixed, epochs: 30 });
      expect(error).toBeInstanceOf(NumericError);
      // 32768 is halved 15 times: 15 skipped steps, each an epoch of one batch
      expect((error as Error).message).toMatch(
        /^The gradient is not finite in epoch 16, batch 1 of 1 \(step 0\): .*the gradient of hidden\/bias\[0\] is -?Infinity/,
      );
      expect(bits(await model.getWeights())).toEqual(before);
      model.dispose();
    });
  });

  it.each([
    ["mixed", "float32"],
    ["float32", "mixed"],
  ] as const)("a checkpoint of precision %s is not resumed with %s", async (before, now) => {
    const folder = join(root, `${before}-${now}`);
    await train(engine(), data, { precision: before, callbacks: [saveCheckpoints(folder)] });
    const resume = await readCheckpoint(folder);
    await expect(train(engine(), data, { precision: now, resume, epochs: 2 })).rejects.toThrow(
      `fit: the checkpoint was written with precision ${before}, this fit has ${now}. Resume with precision ${before}`,
    );
  });
});

describe("precision", () => {
  it("is float32 or mixed", async () => {
    const attempt = (options: object) => train(engine(), data, options);
    await expect(attempt({ precision: "mixd" })).rejects.toThrow(
      'fit: precision must be float32 or mixed, got "mixd". Did you mean mixed?',
    );
    await expect(attempt({ precision: 16 })).rejects.toThrow(ArgumentError);
    await expect(attempt({ lossScale: { initialScale: 3 } })).rejects.toThrow(
      "fit: initialScale must be a power of two",
    );
  });

  it("mixed is refused, naming the adapter, where that has no shader-f16", async () => {
    const { adapter } = engine();
    const without = {
      ...adapter,
      device: "Old Device",
      features: adapter.features.filter((name) => name !== "shader-f16"),
    };
    Object.defineProperty(engine(), "adapter", { value: without, configurable: true, writable: true });
    try {
      const error = await train(engine(), data, mixed).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(AdapterError);
      expect((error as Error).message).toBe(
        'fit: precision "mixed": needs the adapter feature shader-f16, which Old Device does not have. Use float32.',
      );
    } finally {
      Object.defineProperty(engine(), "adapter", { value: adapter, configurable: true, writable: true });
    }
  });
});
