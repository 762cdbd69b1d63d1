/** @file Training with activations computed again and with all of them stored: the same bits, less memory. */
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import * as microBatches from "../../models/fit/micro-batches.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import {
  Activation,
  Add,
  AveragePooling2D,
  adam,
  BatchNormalization,
  Concatenate,
  Conv2D,
  Conv2DTranspose,
  Dense,
  DepthwiseConv2D,
  Dropout,
  GaussianNoise,
  GlobalAveragePooling2D,
  input,
  type Layer,
  LayerNormalization,
  LeakyReLU,
  l1,
  l2,
  MaxPooling2D,
  type Model,
  model,
  type Optimizer,
  SpatialDropout2D,
  type SymbolicTensor,
  sgd,
  UpSampling2D,
} from "../../models/index.ts";
import { caltechFinetuneNetwork } from "../../models/networks/caltech.ts";
import { resnet50 } from "../../models/networks/resnet50.ts";
import { useEngine } from "../support/engine.ts";
import { describeHalf } from "../support/half.ts";
import { properties } from "../support/properties.ts";
import { randomArray } from "../support/random.ts";
import { networks } from "./assignment-networks.ts";

const engine = useEngine();
afterEach(() => void vi.unstubAllEnvs());

interface Options {
  /** samples per micro-batch */
  readonly part?: number;
  readonly samples?: number;
  readonly steps?: number;
  readonly optimizer?: () => Optimizer;
  readonly precision?: "float32" | "mixed";
  readonly eager?: boolean;
}

/** Losses, weights and moving statistics after some steps, to the bit, and what the step took. */
async function train(network: () => Model, recompute: boolean, options: Options = {}) {
  const { samples = 4, steps = 3, optimizer = () => sgd({ learningRate: 0.01, momentum: 0.9 }) } = options;
  const trained = network();
  const shape = trained.inputs[0]!.shape;
  const outputs = trained.outputs[0]!.shape;
  const classifies = outputs.length === 1 && outputs[0] !== shape[0];
  const loss = classifies ? "categorical_crossentropy" : "mse";
  await trained.compile({ engine: engine(), optimizer: optimizer(), loss, seed: 7 });
  const { session } = trained;
  session.setPrecision(options.precision ?? "float32");
  session.recompute = recompute;
  session.independentParts = options.part !== undefined;
  const inputs = Float32Array.from(randomArray([samples, ...shape], 5, 0, 1).data);
  const labels = Array.from({ length: samples }, (_, i) => (3 * i) % outputs[0]!);
  const set = { inputs, inputShape: shape };
  const targets = () => ({
    ...set,
    targets: Float32Array.from(randomArray([samples, ...outputs], 6, 0, 1).data),
  });
  const autoencodes = outputs.join() === shape.join();
  const data = classifies ? { ...set, labels, classes: outputs[0]! } : autoencodes ? set : targets();
  const batches = Batches.open(engine(), data, true);
  const log = new TrainingLog(engine(), session.objective, steps);
  const prepare = () => TrainingStep.prepare(session, batches, log, samples, options.eager ?? false);
  const step = await (options.part ? inParts(options.part, prepare) : prepare());
  const before = engine().memory.bytesInUse;
  engine().resetPeakMemory();
  for (let i = 0; i < steps; i++) {
    session.step.set({ position: 0 });
    step.run(1);
  }
  const peakBytes = engine().memory.peakBytes - before;
  const losses = await log.read(0, steps);
  const weights = [...(await trained.getWeights()).values()];
  const launches = step.recording?.dispatches.length;
  const { plan, memory, bytes } = step;
  const result = { losses, weights, plan, memory, bytes, peakBytes, launches, recomputes: step.recompute };
  for (const owner of [step, log, batches, trained]) owner.dispose();
  return result;
}

/** Runs `prepare` as if only parts of so many samples could be bound. */
async function inParts<R>(part: number, prepare: () => Promise<R>): Promise<R> {
  const spy = vi.spyOn(microBatches, "partitions");
  spy.mockImplementation(function* (batchSize) {
    yield microBatches.microBatches(batchSize, part);
  });
  try {
    return await prepare();
  } finally {
    spy.mockRestore();
  }
}

/** Trains both ways and compares. */
async function compare(network: () => Model, options: Options = {}) {
  const stored = await train(network, false, options);
  const again = await train(network, true, options);
  expect(again.losses).toEqual(stored.losses);
  expect(again.losses.flat().every(Number.isFinite)).toBe(true);
  for (const [i, values] of stored.weights.entries())
    expect(Buffer.compare(bytesOf(again.weights[i]!), bytesOf(values)), `weight ${i}`).toBe(0);
  return { stored, again };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

describe("every network of the assignment, stored and computed again", () => {
  it.each(Object.entries(networks))("%s", { timeout: 600_000 }, async (_, network) => {
    const { stored, again } = await compare(network);
    expect(again.bytes).toBeLessThanOrEqual(stored.bytes);
    if (again.recomputes) expect(again.launches).toBeGreaterThan(stored.launches!);
    vi.stubEnv("WGRAD_KERNELS", "naive");
    await compare(network, { samples: 2, steps: 1 });
  });
});

/** ResNet-50 with a sixteenth of the filters on small images, and a head. */
const narrowResNet = () =>
  caltechFinetuneNetwork("features-2", {
    backbone: resnet50({ inputShape: [64, 64, 3], filters: 4 }),
    classes: 7,
  });

/** 8x8x3 to 5 classes through layers chosen by the numbers, over earlier results of the same shape. */
function randomNetwork(choices: readonly (readonly [kind: number, reach: number])[]): Model {
  const image = input([8, 8, 3]);
  const made: SymbolicTensor[] = [Conv2D(4, 3, { padding: "same" }).apply(image)];
  const norm = () => BatchNormalization({ momentum: 0.9 });
  for (const [kind, reach] of choices) {
    const last = made.at(-1)!;
    const earlier = made.filter(({ shape }) => shape.join() === last.shape.join());
    const other = earlier[reach % earlier.length]!;
    const single: readonly (() => Layer)[] = [
      () => Conv2D(4, 3, { padding: "same", activation: "relu" }),
      () => Conv2D(4, 1, { activation: "sigmoid", kernelRegularizer: l2(1e-3) }),
      norm,
      () => Activation("tanh"),
      () => Activation("relu", { activityRegularizer: l1(1e-4) }),
      () => Dropout(0.3),
      () => GaussianNoise(0.1),
      () => SpatialDropout2D(0.2),
      () => LeakyReLU(),
      () => Conv2DTranspose(4, 3, { padding: "same", activation: "relu" }),
      () => DepthwiseConv2D(3, { padding: "same" }),
      () => MaxPooling2D(2, { strides: 1, padding: "same" }),
      () => AveragePooling2D(2),
      () => UpSampling2D(2),
      () => Dense(4, { activation: "relu" }),
      () => LayerNormalization(),
    ];
    const chosen = kind % (single.length + 2);
    const layer = single[chosen];
    if (layer && !(chosen === 12 && last.shape[0]! < 4) && !(chosen === 13 && last.shape[0]! > 8))
      made.push(layer().apply(last));
    else if (chosen % 2 === 0 && other !== last) made.push(Add().apply([last, other]));
    else if (other !== last) made.push(Conv2D(4, 1).apply(Concatenate().apply([other, last])));
  }
  const features = GlobalAveragePooling2D().apply(made.at(-1)!);
  return model({ inputs: image, outputs: Dense(5, { activation: "softmax" }).apply(features) });
}

const architectures = fc.array(fc.tuple(fc.nat(17), fc.nat(20)), { minLength: 4, maxLength: 24 });

describe("random networks, stored and computed again", () => {
  it("come to the same bits, recorded and eager, with and without momentum", {
    timeout: 600_000,
  }, async () => {
    let recomputed = 0;
    await fc.assert(
      fc.asyncProperty(architectures, fc.boolean(), fc.boolean(), async (choices, eager, plain) => {
        const optimizer = () => (plain ? sgd({ learningRate: 0.05 }) : adam());
        const { stored, again } = await compare(() => randomNetwork(choices), { eager, optimizer });
        expect(again.bytes).toBeLessThanOrEqual(stored.bytes);
        if (again.recomputes) recomputed++;
      }),
      properties,
    );
    expect(recomputed).toBeGreaterThan(properties.numRuns / 3);
  });

  it("in parts of a batch", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(architectures, fc.integer({ min: 1, max: 3 }), async (choices, part) => {
        const { again } = await compare(() => randomNetwork(choices), { samples: 5, part });
        expect(again.memory.parts).toEqual(microBatches.microBatches(5, part));
      }),
      { ...properties, numRuns: Math.ceil(properties.numRuns / 2) },
    );
  });
});

describeHalf("mixed precision, stored and computed again", () => {
  it("comes to the same bits, weights and scale", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(architectures, async (choices) => {
        await compare(() => randomNetwork(choices), { precision: "mixed" });
      }),
      { ...properties, numRuns: Math.ceil(properties.numRuns / 2) },
    );
  });
});

describe("memory of a step", () => {
  it("is much less for a deep network, for at most a forward pass more", {
    timeout: 600_000,
  }, async () => {
    const { stored, again } = await compare(narrowResNet, { steps: 2 });
    expect(again.bytes).toBeLessThan(0.6 * stored.bytes);
    expect(again.plan.keptBytes).toBeLessThan(stored.plan.keptBytes / 4);
    const forward = again.plan.flops / stored.plan.flops - 1;
    expect(forward).toBeGreaterThan(0.1);
    expect(forward).toBeLessThan(0.35); // of forward, gradients of inputs and of weights, which are about as much each
  });

  const measured: Readonly<Record<string, () => Model>> = {
    "narrow ResNet-50": narrowResNet,
    "cifar100-cnn": networks["cifar100-cnn"]!,
    "cifar25-bn-before": networks["cifar25-bn-before"]!,
    "ae-conv": networks["ae-conv"]!,
  };
  it.each(Object.entries(measured))(
    "of %s is what the dry run said",
    { timeout: 600_000 },
    async (_, network) => {
      for (const eager of [false, true]) {
        for (const recompute of [false, true]) {
          const { bytes, peakBytes } = await train(network, recompute, { eager, steps: 2 });
          expect(Math.abs(peakBytes / bytes - 1), `eager ${eager}, recompute ${recompute}`).toBeLessThan(
            0.02,
          );
        }
      }
    },
  );
});
