/**
 * @file Adapters limit the workgroups of a launch along an axis. Launches spread over two axes and give the same bits; a batch that
 * is beyond both falls into micro-batches, as it does for memory.
 */
import { describe, expect, it } from "vitest";
import { MemoryError } from "../../../engine/errors.ts";
import {
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  Input,
  MaxPooling2D,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { asGpu } from "../../kernels/as-gpu.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { tinyData, tinyNetwork, train, withLaunchLimit } from "../tiny.ts";

const engine = useEngine();

const imageNetwork = () =>
  sequential([
    Input([12, 12, 3]),
    Conv2D(8, 3, { padding: "same" }),
    BatchNormalization(),
    MaxPooling2D(2),
    Dropout(0.3),
    Flatten(),
    Dense(7, { activation: "softmax" }),
  ]);
const images = {
  inputs: Float32Array.from(randomArray([40, 12 * 12 * 3], 3).data),
  inputShape: [12, 12, 3],
  labels: Array.from({ length: 40 }, (_, i) => i % 7),
  classes: 7,
};

describe("a limit of workgroups along an axis", () => {
  const trained = () =>
    train(engine(), images, {
      model: imageNetwork(),
      optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
      batchSize: 16,
      epochs: 2,
    });
  it.for(["software", "GPU"])("changes no bit of a training, with the launches of a %s", async (kind) => {
    const on = <R>(body: () => Promise<R>) => (kind === "GPU" ? asGpu(engine(), body) : body());
    const free = await on(trained);
    for (const along of [60, 25]) {
      expect(await on(() => withLaunchLimit(engine(), along, trained)), `${along} along an axis`).toEqual(
        free,
      );
    }
  });
});

describe("a batch beyond the limit on both axes", () => {
  const data = tinyData(512);
  /** One epoch in batches of 512, and the parts that they were computed in. */
  async function trained() {
    const parts: (readonly number[])[] = [];
    const model = tinyNetwork(0);
    const result = await train(engine(), data, { model, batchSize: 512, onPlan: (plan) => parts.push(plan) });
    return { ...result, parts };
  }

  it("falls into micro-batches", async () => {
    const whole = await trained();
    expect(whole.parts).toEqual([[512]]);
    const split = await withLaunchLimit(engine(), 5, trained);
    expect(split.parts[0]!.length).toBeGreaterThan(1);
    expect(split.parts[0]!.reduce((a, b) => a + b)).toBe(512);
    expect(split.history.loss![0]).toBeCloseTo(whole.history.loss![0]!, 5);
    expect(split.history.accuracy).toEqual(whole.history.accuracy);
  });

  it("is refused where a single sample is beyond it, with the kernel's name", async () => {
    const model = imageNetwork();
    await model.compile({ engine: engine(), optimizer: sgd(), loss: "categorical_crossentropy" });
    const refused = withLaunchLimit(engine(), 1, () => model.fit(images, { batchSize: 4 })).catch((e) => e);
    expect(await refused).toBeInstanceOf(MemoryError);
    expect(String(await refused)).toMatch(/: \d+ workgroups; a launch has 1 to 1\.$/);
    model.dispose();
  });
});
