import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryError } from "../../../engine/errors.ts";
import type { Shape } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { sub } from "../../../kernels/elementwise/index.ts";
import { mean } from "../../../kernels/reduce/index.ts";
import { microBatches } from "../../../models/fit/micro-batches.ts";
import {
  BatchNormalization,
  Dense,
  Dropout,
  Input,
  Layer,
  type Model,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { withBindingLimit } from "../tiny.ts";

const engine = useEngine();

/** One sample has 2 kB, the first kernel 8 kB. */
const wideNetwork = () =>
  sequential([
    Input([512]),
    Dense(4, { activation: "tanh" }),
    Dropout(0.25),
    Dense(3, { activation: "softmax" }),
  ]);
const wideData = {
  inputs: Float32Array.from(randomArray([24, 512], 3).data),
  inputShape: [512],
  labels: Array.from({ length: 24 }, (_, i) => i % 3),
  classes: 3,
};

/** Two epochs of batches of 10, 10 and 4, under a binding limit. */
async function trainWithin(bytes: number) {
  const model: Model = wideNetwork();
  const parts: (readonly number[])[] = [];
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  await model.compile({
    optimizer,
    loss: "categorical_crossentropy",
    metrics: ["accuracy", "mse"],
    engine: engine(),
  });
  try {
    const fit = () => model.fit(wideData, { batchSize: 10, epochs: 2, onPlan: (plan) => parts.push(plan) });
    const history = await withBindingLimit(engine(), bytes, fit);
    return { parts, history: history.history, weights: await model.getWeights() };
  } finally {
    model.dispose();
  }
}

describe("micro-batches", () => {
  it("cover the batch in parts that are nearly equal and within the limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 }), (batch, limit) => {
        const parts = microBatches(batch, limit);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(batch);
        expect(Math.max(...parts)).toBeLessThanOrEqual(limit);
        expect(Math.min(...parts)).toBeGreaterThan(0);
        expect(new Set(parts.slice(0, -1)).size).toBeLessThanOrEqual(1);
      }),
      { ...properties, numRuns: 200 },
    );
    expect(microBatches(1280, 300)).toEqual([256, 256, 256, 256, 256]);
    expect(microBatches(7, 3)).toEqual([3, 3, 1]);
  });

  it("give the gradients, loss and metrics of the whole batch, with the same dropout", async () => {
    const whole = await trainWithin(2 ** 27);
    const split = await trainWithin(9000); // four samples at most
    expect(whole.parts).toEqual([[10]]);
    expect(split.parts).toEqual([[4, 4, 2]]);
    for (const [path, values] of whole.weights)
      expectClose(split.weights.get(path)!, values, { terms: 8 }, path);
    for (const name of ["loss", "accuracy", "mse"]) {
      expectClose(split.history[name] as number[], whole.history[name] as number[], { terms: 20 }, name);
    }
  });

  it("that do not fit with one sample are an error before anything runs", async () => {
    const before = engine().memory.bytesInUse;
    await expect(trainWithin(2000)).rejects.toThrow(MemoryError);
    expect(engine().memory.bytesInUse).toBe(before);
  });
});

describe("micro-batches of batch normalisation", () => {
  const [samples, width, momentum] = [10, 512, 0.9];
  const rows = Array.from({ length: samples }, (_, i) => [
    ...wideData.inputs.subarray(i * width, (i + 1) * width),
  ]);
  const data = {
    ...wideData,
    inputs: wideData.inputs.subarray(0, samples * width),
    labels: wideData.labels.slice(0, samples),
  };
  const norm = (more = {}) => BatchNormalization({ momentum, movingVarianceRule: "biased", ...more });

  async function compiled(layer: Layer): Promise<Model> {
    const model = sequential([Input([width]), layer, Dense(3, { activation: "softmax" })]);
    await model.compile({
      engine: engine(),
      optimizer: sgd({ learningRate: 0.1 }),
      loss: "categorical_crossentropy",
    });
    return model;
  }

  it("are refused: in fit and trainOnBatch, naming sizes, layer and what to do", async () => {
    const model = await compiled(norm());
    const before = await model.getWeights();
    const message =
      /^A batch of 10 samples needs more than the 9 kB .* batch_normalization_1 .* a batchSize of at most 4\. fit\(\{ microBatches: "independent" \}\)/;
    const calls: (() => Promise<unknown>)[] = [
      () => model.fit(data, { batchSize: samples }),
      () => model.trainOnBatch(data.inputs, data.labels),
      () => model.fit([{ inputs: data.inputs, targets: data.labels }], { stepsPerEpoch: 1 }),
    ];
    for (const train of calls) await expect(withBindingLimit(engine(), 9000, train)).rejects.toThrow(message);
    expect(await model.getWeights()).toEqual(before);
    await withBindingLimit(engine(), 9000, () => model.fit(data, { batchSize: 4 }));
    await expect(model.fit(data, { microBatches: "whole" as "independent" })).rejects.toThrow(
      'fit: microBatches must be "independent" or left out, got "whole".',
    );
    model.dispose();
  });

  it('are computed with microBatches "independent": moving statistics take one step with the mean of the parts', async () => {
    const model = await compiled(norm());
    const options = { batchSize: samples, shuffle: false, microBatches: "independent" } as const;
    const parts: (readonly number[])[] = [];
    const fit = () => model.fit(data, { ...options, onPlan: (plan) => parts.push(plan) });
    await withBindingLimit(engine(), 9000, fit);
    expect(parts).toEqual([[4, 4, 2]]);
    const weights = await model.getWeights();
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const columns = (part: number[][]) => Array.from({ length: width }, (_, j) => part.map((row) => row[j]!));
    const variance = (values: number[]) => mean(values.map((value) => (value - mean(values)) ** 2));
    const split = [rows.slice(0, 4), rows.slice(4, 8), rows.slice(8)];
    const weighted = (of: (values: number[]) => number) =>
      Array.from({ length: width }, (_, j) =>
        split.reduce((sum, part) => sum + (part.length / samples) * of(columns(part)[j]!), 0),
      );
    const means = weighted(mean).map((value) => (1 - momentum) * value);
    const variances = weighted(variance).map((value) => momentum + (1 - momentum) * value);
    expectClose(weights.get("batch_normalization_1/moving_mean")!, means, { terms: 10 });
    expectClose(weights.get("batch_normalization_1/moving_variance")!, variances, { terms: 10 });
    model.dispose();
  });

  it.each([
    ["the layer", (layer: Layer) => layer],
    ["a model around it", (layer: Layer) => sequential([Input([width]), layer])],
  ])("are as good as the whole batch where %s is frozen", async (_name, build) => {
    const outer = build(norm());
    outer.trainable = false;
    const [whole, split] = [await compiled(outer), await compiled(norm({ trainable: false }))];
    await whole.fit(data, { batchSize: samples });
    await withBindingLimit(engine(), 9000, () => split.fit(data, { batchSize: samples }));
    const kernel = (model: Model) =>
      [...model.weights].find(({ path }) => path === "dense_1/kernel")!.variable.read();
    expectClose(await kernel(split), await kernel(whole), { terms: 16 });
    for (const model of [whole, split]) model.dispose();
  });

  it("in a layer of one's own that says so are refused, in evaluate and predict too; batches stay as they are", async () => {
    class BatchMean extends Layer {
      readonly className = "BatchMean";
      outputShape = (inputs: readonly Shape[]) => inputs[0]!;
      override crossesSamples = () => true;
      call([x]: readonly Tensor[]) {
        return sub(x!, mean(x!, { axes: [0], keepDims: true }));
      }
    }
    const model = await compiled(new BatchMean());
    const refused = /needs all samples of a batch at once: use a batchSize of at most 4/;
    const calls: (() => Promise<unknown>)[] = [
      () => model.fit(data, { batchSize: samples }),
      () => model.evaluate(data),
      () => model.predict({ inputs: data.inputs }),
    ];
    for (const call of calls) await expect(withBindingLimit(engine(), 9000, call)).rejects.toThrow(refused);
    const three = data.inputs.subarray(0, 3 * width);
    const twice = Float32Array.of(...three, ...three);
    const outputs = await model.predict({ inputs: three }); // three samples, not filled up to four
    expectClose(outputs, (await model.predict({ inputs: twice })).subarray(0, 9), { terms: 600 });
    model.dispose();
  });
});
