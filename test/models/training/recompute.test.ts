/** @file fit({ recompute }) with all that a fit may have: weights of samples, several outputs, validation, frozen layers, resuming. */
import { describe, expect, it } from "vitest";
import {
  adam,
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  type FitOptions,
  GlobalAveragePooling2D,
  input,
  l2,
  type Model,
  model,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { snapshotAfter } from "../callbacks/scripted.ts";
import { bits, withoutSeconds } from "../tiny.ts";

const engine = useEngine();

const count = 22; // batches of 8, 8 and 6
const data = {
  inputs: { photo: Float32Array.from(randomArray([count, 8, 8, 3], 3).data) },
  targets: {
    kind: Array.from({ length: count }, (_, i) => i % 3),
    size: Float32Array.from(randomArray([count, 2], 4).data),
  },
};
const sampleWeight = {
  kind: Float32Array.from({ length: count }, (_, i) => (i === 4 ? 0 : 0.25 + (i % 4))),
  size: Float32Array.from({ length: count }, (_, i) => 1 + (i % 2)),
};

/** Six convolutions with all that may stand between them, and two outputs. */
function network(frozen: number): Model {
  const photo = input([8, 8, 3], { name: "photo" });
  let last = photo;
  for (let block = 0; block < 6; block++) {
    const kernelRegularizer = block % 2 ? l2(1e-3) : undefined;
    const options = { padding: "same", ...(kernelRegularizer && { kernelRegularizer }) } as const;
    const layers = [Conv2D(6, 3, options), BatchNormalization(), Dropout(0.2)];
    for (const layer of layers) {
      layer.trainable = block >= frozen;
      last = layer.apply(last);
    }
  }
  const features = GlobalAveragePooling2D().apply(last);
  const kind = Dense(3, { activation: "softmax", name: "kind" }).apply(features);
  return model({ inputs: photo, outputs: [kind, Dense(2, { name: "size" }).apply(features)] });
}

/** All bits that training leaves, and whether activations were computed again. */
async function train(options: FitOptions, frozen = 0) {
  const net = network(frozen);
  await net.compile({
    engine: engine(),
    optimizer: adam({ clipNorm: 1 }),
    loss: { kind: "categorical_crossentropy", size: "mse" },
    lossWeights: { kind: 0.5, size: 2 },
    metrics: { kind: ["accuracy"], size: ["mae"] },
    seed: 5,
  });
  let recomputed = false;
  try {
    const history = await net.fit(data, {
      ...{ epochs: 3, batchSize: 8, validationData: data, sampleWeight, ...options },
      onPlan: (_, memory) => {
        recomputed = memory.recompute;
      },
    });
    const left = [bits(await net.getWeights()), bits(await net.session.state.read())];
    return { left: [...left, withoutSeconds(history)], recomputed };
  } finally {
    net.dispose();
  }
}

describe("fit({ recompute: true }) comes to the same bits", () => {
  it.each([
    ["with weights of samples, two outputs and validation", 0, {}],
    ["with frozen layers before those that learn", 3, {}],
    ["run step by step", 0, { eager: true }],
  ] as const)("%s", async (_, frozen, options) => {
    const stored = await train({ ...options, recompute: false }, frozen);
    const again = await train({ ...options, recompute: true }, frozen);
    expect([stored.recomputed, again.recomputed]).toEqual([false, true]);
    expect(again.left).toEqual(stored.left);
  });

  it("when it goes on from a snapshot, whichever way that was trained", async () => {
    const whole = await train({ recompute: false });
    for (const [before, after] of [
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const { callback, taken } = snapshotAfter(0);
      await train({ recompute: before, epochs: 1, callbacks: [callback] });
      const resumed = await train({ recompute: after, resume: taken() });
      expect(resumed.left, `${before}, then ${after}`).toEqual(whole.left);
    }
  });
});
