import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryError } from "../../../engine/errors.ts";
import { Dense, Dropout, Input, type Model, sequential, sgd } from "../../../models/index.ts";
import { microBatches } from "../../../models/training/micro-batches.ts";
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
