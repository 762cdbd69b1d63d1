/** @file The microscope on whole networks: every number asked for is the sum that it is said to be, its gradient holds, and nothing changes. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../engine/device.ts";
import { sizeOf } from "../../../engine/shape.ts";
import { listPlaces, resolveAddress } from "../../../lessons/microscope/address.ts";
import { indicesOf } from "../../../lessons/microscope/elements.ts";
import { explainAddress } from "../../../lessons/microscope/explain-address.ts";
import { type Explanation, Microscope } from "../../../lessons/microscope/microscope.ts";
import { openBatches } from "../../../models/data/batches.ts";
import { StepRecord } from "../../../models/fit/step-record.ts";
import type { Layer, Model, Optimizer } from "../../../models/index.ts";
import * as wgrad from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();
const {
  Activation,
  Add,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Conv2D,
  Conv2DTranspose,
  Dense,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  GaussianNoise,
  GlobalAveragePooling2D,
  Input,
  MaxPooling2D,
  sequential,
  UpSampling2D,
} = wgrad;

interface Case {
  readonly name: string;
  readonly shape: readonly number[];
  readonly network: () => Model;
  readonly optimizer: () => Optimizer;
  readonly loss: string;
  /** autoencoders learn their inputs */
  readonly targets: "labels" | "inputs";
}

const chain = (...layers: Layer[]) => sequential(layers);

/** Small ones of the assignment's kinds, with all its layers and optimizers. */
const cases: readonly Case[] = [
  {
    name: "svhn-c with Adagrad",
    shape: [12, 12, 3],
    network: () => {
      const block = (filters: number, side: number) => [
        Conv2D(filters, side, { padding: "same", activation: "relu" }),
        MaxPooling2D(2),
      ];
      return chain(
        Input([12, 12, 3]),
        ...block(3, 5),
        ...block(5, 3),
        Flatten(),
        Dense(6, { activation: "relu" }),
        Dense(4, { activation: "softmax" }),
      );
    },
    optimizer: () => wgrad.adagrad(),
    loss: "categorical_crossentropy",
    targets: "labels",
  },
  {
    name: "cifar25 with batch normalisation, dropout and momentum",
    shape: [8, 8, 3],
    network: () =>
      chain(
        Input([8, 8, 3]),
        Conv2D(4, 3, { padding: "same" }),
        BatchNormalization(),
        Activation("relu"),
        MaxPooling2D(2),
        Dropout(0.25),
        Flatten(),
        Dense(6, { activation: "tanh", kernelRegularizer: wgrad.l2(0.01) }),
        Dense(4, { activation: "softmax" }),
      ),
    optimizer: () => wgrad.sgd({ learningRate: 0.05, momentum: 0.9 }),
    loss: "categorical_crossentropy",
    targets: "labels",
  },
  {
    name: "a convolutional autoencoder with Adadelta",
    shape: [8, 8, 1],
    network: () =>
      chain(
        Input([8, 8, 1]),
        GaussianNoise(0.1),
        Conv2D(3, 3, { padding: "same", activation: "relu" }),
        MaxPooling2D(2, { padding: "same" }),
        Conv2D(2, 3, { padding: "same", activation: "tanh" }),
        UpSampling2D(2),
        Conv2D(1, 3, { padding: "same", activation: "sigmoid" }),
      ),
    optimizer: () => wgrad.adadelta({ learningRate: 1 }),
    loss: "binary_crossentropy",
    targets: "inputs",
  },
  {
    name: "a perceptron with dropout and Adam",
    shape: [20],
    network: () =>
      chain(
        Input([20]),
        Dense(9, { activation: "sigmoid" }),
        Dropout(0.5),
        Dense(7, { activation: "selu" }),
        Dense(4, { activation: "softmax" }),
      ),
    optimizer: () => wgrad.adam({ learningRate: 0.01 }),
    loss: "categorical_crossentropy",
    targets: "labels",
  },
  {
    name: "branches, depthwise and transposed convolutions, with RMSprop",
    shape: [6, 6, 2],
    network: () => {
      const x = wgrad.input([6, 6, 2]);
      const a = Conv2D(3, 3, { padding: "same", activation: "relu" }).apply(x);
      const b = DepthwiseConv2D(3, { padding: "same" }).apply(a);
      const sum = Add().apply([a, b]);
      const joined = Concatenate().apply([sum, Conv2D(2, 1).apply(x)]);
      const half = AveragePooling2D(2).apply(joined);
      const back = Conv2DTranspose(2, 3, { strides: 2, padding: "same", activation: "relu" }).apply(half);
      return wgrad.model({
        inputs: x,
        outputs: Dense(4, { activation: "softmax" }).apply(GlobalAveragePooling2D().apply(back)),
      });
    },
    optimizer: () => wgrad.rmsprop({ learningRate: 0.01 }),
    loss: "categorical_crossentropy",
    targets: "labels",
  },
];

const count = 6;

function dataFor({ shape, targets }: Case) {
  const size = sizeOf(shape);
  const inputs = Float32Array.from(
    { length: count * size },
    (_, i) => (Math.sin(i * 12.9898) * 43758.5453) % 1,
  ).map(Math.abs);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 4);
  return targets === "inputs"
    ? { inputs, inputShape: shape } // which are their own targets
    : { inputs, inputShape: shape, labels, classes: 4 };
}

/** A compiled model on its second step, and that step under the microscope. */
async function take(on: Engine, given: Case) {
  const model = given.network();
  await model.compile({ engine: on, optimizer: given.optimizer(), loss: given.loss, seed: 3 });
  await model.fit(dataFor(given), { epochs: 1, batchSize: count });
  const { session } = model;
  const ports = { engine: on, inputs: session.inputs, outputs: session.outputs };
  const batches = await openBatches("test", ports, dataFor(given), count);
  const step = await StepRecord.take(session, batches, { batchSize: count });
  const microscope = new Microscope(step.launches, step.places);
  return { model, batches, step, microscope };
}

/** Kernels with functions that an adapter computes in its own way may be some float32 numbers off. */
function requireExact(explanations: readonly Explanation[]): void {
  for (const { number, kernel, unitsApart, computed } of explanations) {
    const own = /softmax|losses|unary|noise|batch-norm|adam|adadelta|adagrad|rmsprop|momentum/.test(kernel);
    const where = `${number.name} of ${kernel} is ${number.value}, its sum ${computed}`;
    if (!own) expect(unitsApart, where).toBe(0);
    else
      expect(Math.abs(computed - number.value), where).toBeLessThanOrEqual(
        4e-6 * Math.max(1, Math.abs(computed)),
      );
  }
}

describe.each(cases)("$name", (given) => {
  it("has every number as its sum, and gradients that the loss's differences bear out", async () => {
    const { model, batches, step, microscope } = await take(engine(), given);
    const asked = step.places.filter(({ kind }) => kind !== "target");
    let compared = 0;
    for (let i = 0; i < 20; i++) {
      const { name, tensor } = asked[i % asked.length]!;
      const at = (i * 7919 + 13) % tensor.size;
      const address = tensor.shape.length === 0 ? name : `${name}[${indicesOf(at, tensor.shape).join(",")}]`;
      const found = await explainAddress(step, microscope, address);
      expect(found.address).toBe(address);
      expect(JSON.parse(JSON.stringify(found)).value, address).toBe(found.value);
      requireExact([...found.forward, ...found.backward, ...(found.update ? [found.update] : [])]);
      const { difference, gradient } = found;
      if (!difference || gradient === undefined) continue;
      compared++;
      const { slope, slopeAbove, slopeBelow, resolution } = difference;
      const bend = Math.abs(slopeAbove - slopeBelow);
      const error = Math.abs(slope - gradient);
      expect(error, `${address}: gradient ${gradient}, difference ${slope}`).toBeLessThanOrEqual(
        2 * resolution + 0.6 * bend + 0.02 * Math.abs(gradient),
      );
    }
    expect(compared).toBeGreaterThan(10);
    for (const owner of [step, batches, model]) owner.dispose();
  }, 240_000);

  it("trains on to the same bits, looked at or not", async () => {
    const on = engine();
    const ends: Float32Array[][] = [];
    for (const looked of [true, false]) {
      const model = given.network();
      await model.compile({ engine: on, optimizer: given.optimizer(), loss: given.loss, seed: 3 });
      await model.fit(dataFor(given), { epochs: 1, batchSize: 4 });
      const before = [...(await model.getWeights()).values()];
      if (looked) {
        const { session } = model;
        const ports = { engine: on, inputs: session.inputs, outputs: session.outputs };
        const batches = await openBatches("test", ports, dataFor(given), 4);
        const step = await StepRecord.take(session, batches, { batchSize: 4 });
        const microscope = new Microscope(step.launches, step.places);
        const [weight] = step.places.filter(({ kind }) => kind === "weight");
        const address = `${weight!.name}[${weight!.tensor.shape.map(() => 0).join(",")}]`;
        await explainAddress(step, microscope, address);
        expect([...(await model.getWeights()).values()]).toEqual(before);
        for (const owner of [step, batches]) owner.dispose();
      }
      await model.fit(dataFor(given), { epochs: 2, batchSize: 4 });
      ends.push([...(await model.getWeights()).values(), ...(await model.session.state.read()).values()]);
      model.dispose();
    }
    expect(ends[0]).toEqual(ends[1]);
  }, 240_000);
});

describe("where from and where to", () => {
  it("lead from the loss to a pixel and from that pixel to the loss", async () => {
    const { model, batches, step, microscope } = await take(engine(), cases[0]!);
    const { elements } = microscope;
    const all = step.places.find(({ name }) => name === "loss")!;
    let place = elements.lastOf(all.tensor, step.launches, 0)!;
    const names: string[] = [];
    for (let i = 0; i < 40; i++) {
      const shares = await microscope.contributors(place, { terms: 1000 });
      const from = shares.find(({ number }) => elements.makerOf(number) ?? number.name.startsWith("input["));
      if (!from) break;
      names.push(from.number.name);
      const back = await microscope.consequences(from.number, { terms: Number.POSITIVE_INFINITY });
      const made = elements.makerOf(place)!;
      const same = back.some(
        ({ number }) =>
          number.launch === made.launch && number.binding === made.binding && number.at === made.at,
      );
      expect(same, `${from.number.name} goes into launch ${made.launch} ${made.binding}[${made.at}]`).toBe(
        true,
      );
      if (from.number.name.startsWith("input[")) break;
      place = from.number;
    }
    expect(names.at(-1)).toMatch(/^input\[/);
    expect(names.some((name) => name.startsWith("max_pooling2d_1["))).toBe(true);
    for (const owner of [step, batches, model]) owner.dispose();
  }, 120_000);
});

describe("addresses", () => {
  it("name what there is, and say what is wrong with those that do not", async () => {
    const { model, batches, step } = await take(engine(), cases[0]!);
    expect(listPlaces(step)).toContain("conv2d_1/kernel [5,5,3,3] (kh,kw,c,k)");
    expect(resolveAddress(step, "conv2d_1/output[0,4,5,2]").address).toBe("conv2d_1[0,4,5,2]");
    expect(resolveAddress(step, "conv2d_1/kernel[2,1,0,2]").at).toBe(((2 * 5 + 1) * 3 + 0) * 3 + 2);
    const wrong: readonly [string, RegExp][] = [
      [
        "conv2d_9/kernel[0,0,0,0]",
        /nothing of that name\. Did you mean "conv2d_1\/kernel"\? There are input, /,
      ],
      [
        "conv2d_1/kernel[2,1]",
        /expects 4 indices, got 2\. conv2d_1\/kernel \[5,5,3,3\] \(kh,kw,c,k\), for example/,
      ],
      ["conv2d_1/kernel", /expects 4 indices, got 0/],
      ["conv2d_1/bias[3]", /index 3 of axis 0 is beyond its size, 3\. conv2d_1\/bias \[3\]/],
      ["conv2d_1/bias[-1]", /a whole number from 0, got "-1"/],
      ["input[0,1,2,x]", /a whole number from 0, got "x"/],
      ["loss[1]", /expects 0 indices, got 1/],
      ["[1]", /an address is a name and its indices/],
      ["", /an address is a name and its indices/],
    ];
    for (const [address, message] of wrong) expect(() => resolveAddress(step, address)).toThrow(message);
    for (const owner of [step, batches, model]) owner.dispose();
  }, 120_000);
});
