/** @file Networks in mixed precision beside float32: loss, gradients, ten steps, memory, and what they learn. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { handwrittenDigits } from "../../../datasets/synthetic/handwriting.ts";
import type { HostDataset } from "../../../kernels/gather/index.ts";
import { Batches } from "../../../models/data/batches.ts";
import { TrainingLog } from "../../../models/fit/log.ts";
import type { Precision } from "../../../models/fit/precision.ts";
import { TrainingStep } from "../../../models/fit/step.ts";
import * as w from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { describeHalf, halfRounding } from "../../support/half.ts";
import { randomArray } from "../../support/random.ts";

const samples = 12;
const image = [10, 10, 3];

/** Every layer that takes part in f16, and some that do not. */
const networks: Record<string, { network: () => w.Model; loss: string; halves: number }> = {
  "a classifier": {
    loss: "categorical_crossentropy",
    halves: 12, // activations that are stored in f16
    network: () =>
      w.sequential([
        w.Input(image),
        w.Conv2D(8, 3, { padding: "same", activation: "relu" }),
        w.MaxPooling2D(),
        w.Conv2D(8, 3, { padding: "same", useBias: false }),
        w.BatchNormalization(),
        w.Activation("relu"),
        w.Dropout(0.25),
        w.DepthwiseConv2D(3, { activation: "tanh" }),
        w.AveragePooling2D(2, { strides: 1 }),
        w.Flatten(),
        w.Dense(16, { activation: "elu" }),
        w.LayerNormalization(),
        w.Dense(12),
        w.Dense(5, { activation: "softmax" }),
      ]),
  },
  "normalisations, slopes and dropped channels": {
    loss: "categorical_crossentropy",
    halves: 12,
    network: () =>
      w.sequential([
        w.Input(image),
        w.Conv2D(8, 3),
        w.GroupNormalization({ groups: 2 }),
        w.PReLU({ sharedAxes: [1, 2], alphaInitializer: w.constant(0.3) }),
        w.SpatialDropout2D(0.25),
        w.Permute([3, 1, 2]),
        w.LayerNormalization(),
        w.ReLU({ maxValue: 1.5, negativeSlope: 0.2, threshold: 0.1 }),
        w.GaussianNoise(0.1),
        w.Softmax({ axis: 2 }),
        w.Flatten(),
        w.Dense(16, { activation: "log_softmax" }),
        w.Dense(5, { activation: "softmax" }),
      ]),
  },
  "an autoencoder with penalties": {
    loss: "binary_crossentropy",
    halves: 7,
    network: () =>
      w.sequential([
        w.Input(image),
        w.Conv2D(6, 3, { strides: 2, activation: "relu", kernelRegularizer: w.l2(1e-3) }),
        w.Flatten(),
        w.Dense(12, { activation: "sigmoid", activityRegularizer: w.l1(1e-3) }),
        w.Dense(75, { activation: "selu" }),
        w.Reshape([5, 5, 3]),
        w.Dense(4, { activation: "relu" }), // of each pixel
        w.UpSampling2D(2),
        w.Conv2DTranspose(4, 3, { padding: "same", activation: "relu" }),
        w.Conv2D(3, 3, { padding: "same", activation: "sigmoid" }),
      ]),
  },
  "a model within a model, with two paths": {
    loss: "categorical_crossentropy",
    halves: 8,
    network: () => {
      const inner = w.sequential([w.Input([10, 10, 4]), w.Conv2D(4, 1), w.Activation("relu")]);
      const x = w.input(image);
      const stem = w.Conv2D(4, 3, { padding: "same", groups: 1 }).apply(x);
      const sum = w.Add().apply([inner.apply(stem), stem]);
      const both = w.Concatenate().apply([sum, stem]);
      const pooled = w.GlobalAveragePooling2D().apply(w.Conv2D(8, 2).apply(both));
      return w.model({ inputs: x, outputs: w.Activation("softmax").apply(w.Dense(5).apply(pooled)) });
    },
  },
};

const inputs = Float32Array.from(randomArray([samples, ...image], 5, 0, 1).data);
const labels = Array.from({ length: samples }, (_, i) => (7 * i) % 5);

/** Euclidean length of the difference over that of `expected`, of all values together. */
function distance(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  let [difference, length] = [0, 0];
  for (const [i, values] of expected.entries()) {
    for (const [j, value] of values.entries()) {
      difference += (actual[i]![j]! - value) ** 2;
      length += value ** 2;
    }
  }
  return Math.sqrt(difference / length);
}

describeHalf("in mixed precision", () => {
  const engine = useEngine();
  // the kernels that compile fast; each variant is tested on f16 by itself
  beforeAll(() => void vi.stubEnv("WGRAD_KERNELS", "naive"));
  afterAll(() => void vi.unstubAllEnvs());

  async function tenSteps(name: string, precision: Precision) {
    const { network, loss } = networks[name]!;
    const model = network();
    await model.compile({
      optimizer: w.sgd({ learningRate: 0.03, momentum: 0.5 }),
      loss,
      engine: engine(),
      seed: 3,
    });
    const { session } = model;
    const set = { inputs, inputShape: image };
    const data = loss === "binary_crossentropy" ? set : { ...set, labels, classes: 5 };
    const batches = Batches.open(engine(), data, true);
    const log = new TrainingLog(engine(), session.objective, 10);
    const read = async (values: Iterable<Float32Array | Promise<unknown>>) =>
      (await Promise.all(values)) as Float32Array[];
    const start = await read((await model.getWeights()).values());
    session.setPrecision(precision);
    const step = await TrainingStep.prepare(session, batches, log, samples, false);
    step.run(1);
    const gradients = await read(session.state.gradients.map((gradient) => gradient.data()));
    for (let i = 1; i < 10; i++) {
      session.step.set({ position: 0 });
      step.run(1);
    }
    const end = await read((await model.getWeights()).values());
    const changes = end.map((values, i) => values.map((value, j) => value - start[i]![j]!));
    const losses = (await log.read(0, 10)).map(([count, sum]) => sum! / count!);
    const { keptBytes } = step.plan!;
    for (const owner of [step, log, batches, model]) owner.dispose();
    return { gradients, changes, losses, keptBytes };
  }

  it.for(Object.keys(networks))("%s has the loss, the gradients and ten steps of float32", async (name) => {
    const expected = await tenSteps(name, "float32");
    const actual = await tenSteps(name, "mixed");
    // Each of the f16 activations is rounded once, and so is the gradient of each; errors of one size at every layer add up.
    const allowed = 2 * networks[name]!.halves * halfRounding;
    for (const [i, loss] of expected.losses.entries())
      expect(Math.abs(actual.losses[i]! - loss), `loss of step ${i}`).toBeLessThan(allowed * Math.abs(loss));
    const error = distance(actual.gradients, expected.gradients);
    expect(error, "gradients").toBeLessThan(allowed);
    expect(error, "f16 was at work").toBeGreaterThan(halfRounding / 10);
    // ten steps, each of which starts from weights that are off by the sum of those before
    expect(distance(actual.changes, expected.changes), "weights after ten steps").toBeLessThan(4 * allowed);
    expect(actual.keptBytes).toBeLessThan(expected.keptBytes);
  });

  it("a small network learns digits as well as in float32", async () => {
    const part = (set: "train" | "test", count: number): HostDataset => {
      const drawn = handwrittenDigits.draw(set, count, 1);
      return {
        inputs: drawn.images,
        inputShape: [28, 28, 1],
        scale: 1 / 255,
        labels: drawn.labels,
        classes: 10,
      };
    };
    const accuracies: Record<string, number> = {};
    for (const precision of ["float32", "mixed"] as const) {
      const network = w.sequential([
        w.Input([28, 28, 1]),
        w.Conv2D(8, 3, { strides: 2, activation: "relu" }),
        w.MaxPooling2D(),
        w.Flatten(),
        w.Dense(32, { activation: "relu" }),
        w.Dense(10, { activation: "softmax" }),
      ]);
      const optimizer = w.adam({ learningRate: 0.005 });
      await network.compile({
        optimizer,
        loss: "categorical_crossentropy",
        metrics: ["accuracy"],
        engine: engine(),
      });
      await network.fit(part("train", 1000), { epochs: 6, batchSize: 25, precision });
      accuracies[precision] = (await network.evaluate(part("test", 400))).accuracy!;
      network.dispose();
    }
    expect(accuracies.float32).toBeGreaterThan(0.75);
    // 400 images: one standard deviation of an accuracy of 0.8 is 0.02
    expect(Math.abs(accuracies.mixed! - accuracies.float32!)).toBeLessThan(0.04);
  });
});
