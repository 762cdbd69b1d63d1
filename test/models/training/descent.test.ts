/** @file Plain gradient descent updates the weights in the kernels of their gradients, where that is the same thing. */
import { describe, expect, it } from "vitest";
import type { HostDataset } from "../../../kernels/gather/index.ts";
import { Batches } from "../../../models/data/batches.ts";
import { TrainingLog } from "../../../models/fit/log.ts";
import { TrainingStep } from "../../../models/fit/step.ts";
import {
  Conv2D,
  Dense,
  Flatten,
  model as functional,
  GlobalAveragePooling2D,
  Input,
  input,
  l2,
  type Model,
  type Optimizer,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { withBindingLimit } from "../tiny.ts";

const engine = useEngine();
const count = 6;
const images: HostDataset = {
  inputs: Float32Array.from(randomArray([count, 6, 6, 4], 1).data),
  inputShape: [6, 6, 4],
  labels: [0, 1, 2, 2, 1, 0],
  classes: 3,
};

function network(): Model {
  return sequential([
    Input([6, 6, 4]),
    Conv2D(8, 3, { activation: "relu", padding: "same" }),
    Flatten(),
    Dense(8, { activation: "sigmoid" }),
    Dense(3, { activation: "softmax" }),
  ]);
}

/** Names of a step's kernels, the weights after three steps, and bytes of the gradient buffers. */
async function trained(optimizer: Optimizer, make: () => Model = network, options: { eager?: boolean } = {}) {
  const model = make();
  await model.compile({ engine: engine(), optimizer, loss: "categorical_crossentropy", seed: 5 });
  const { session } = model;
  const batches = Batches.open(engine(), images, true);
  const log = new TrainingLog(engine(), session.objective, 1);
  const step = await TrainingStep.prepare(session, batches, log, count, options.eager ?? false);
  for (let i = 0; i < 3; i++) {
    session.step.set({ position: 0 });
    step.run(1);
  }
  const weights = await model.getWeights();
  const kernels = step.recording?.dispatches.map(({ label }) => label) ?? [];
  const { gradientBytes } = session.state;
  for (const owner of [step, log, batches, model]) owner.dispose();
  return { weights, gradientBytes, updates: kernels.filter((label) => label.includes("optimizers/")).length };
}

/** The same arithmetic with gradients stored: clipping at a bound that is never reached. */
const stored = (decay = 0) => sgd({ learningRate: 0.1, decay, clipValue: 1e30 });

describe("plain gradient descent", () => {
  it("stores no gradients and has no optimizer's kernel", async () => {
    const result = await trained(sgd({ learningRate: 0.1 }));
    expect(result).toMatchObject({ updates: 0, gradientBytes: 0 });
    const usual = await trained(stored());
    expect(usual.updates).toBeGreaterThan(0);
    expect(usual.gradientBytes).toBeGreaterThan(0);
  });

  it.each([
    ["a decay of 0", 0, network],
    ["a decay of 0.5", 0.5, network],
    ["a layer that is used twice", 0, sharedNetwork],
  ] as const)("comes to the same weights, with %s", async (_, decay, make) => {
    const descent = await trained(sgd({ learningRate: 0.1, decay }), make);
    const [result, usual] = [descent, await trained(stored(decay), make)];
    expect(descent.gradientBytes).toBe(0);
    for (const [path, values] of usual.weights)
      expectClose(result.weights.get(path)!, values, { terms: 4, scale: 1 }, path);
  });

  it("gives the same bits when run eagerly", async () => {
    const eager = await trained(sgd({ learningRate: 0.1 }), network, { eager: true });
    const replayed = await trained(sgd({ learningRate: 0.1 }));
    for (const [path, values] of eager.weights) expect(replayed.weights.get(path)).toEqual(values);
  });

  it.each([
    ["momentum", () => sgd({ momentum: 0.9 }), network],
    ["clipping", () => sgd({ clipNorm: 1 }), network],
    ["a penalty on the weights", () => sgd(), penalizedNetwork],
  ] as const)("stores gradients for %s", async (_, optimizer, make) => {
    const { gradientBytes } = await trained(optimizer(), make);
    expect(gradientBytes).toBeGreaterThan(0);
  });

  it("stores gradients where a batch is computed in parts", async () => {
    const most = 6 * 6 * 8 * 4 * (count - 1); // bytes of all but one of the feature maps
    const inParts = () => trained(sgd(), pooledNetwork);
    expect((await withBindingLimit(engine(), most, inParts)).gradientBytes).toBeGreaterThan(0);
    expect((await inParts()).gradientBytes).toBe(0);
  });
});

/** One Dense layer in two places. */
function sharedNetwork(): Model {
  const image = input([6, 6, 4]);
  const layer = Dense(12, { activation: "relu" });
  const flat = Dense(12).apply(Flatten().apply(image));
  const twice = layer.apply(layer.apply(flat));
  return functional({ inputs: image, outputs: Dense(3, { activation: "softmax" }).apply(twice) });
}

function penalizedNetwork(): Model {
  return sequential([
    Input([6, 6, 4]),
    Flatten(),
    Dense(3, { activation: "softmax", kernelRegularizer: l2(0.1) }),
  ]);
}

/** Its feature maps are larger than any of its weights. */
function pooledNetwork(): Model {
  return sequential([
    Input([6, 6, 4]),
    Conv2D(8, 3, { activation: "relu", padding: "same" }),
    GlobalAveragePooling2D(),
    Dense(3, { activation: "softmax" }),
  ]);
}
