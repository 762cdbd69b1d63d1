import { describe, expect, it } from "vitest";
import { ArgumentError, NumericError } from "../../../engine/errors.ts";
import { adam, type Callback, Dense, Input, type Model, sequential, sgd } from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { values } from "../float64.ts";
import { bits, classes, features, tinyData, tinyNetwork, withoutSeconds } from "../tiny.ts";

const engine = useEngine();

async function compiled(): Promise<Model> {
  const net = tinyNetwork(); // with dropout: the steps must count as in fit
  const settings = { loss: "categorical_crossentropy", metrics: ["accuracy"], seed: 7 };
  await net.compile({ ...settings, optimizer: adam({ learningRate: 0.01 }), engine: engine() });
  return net;
}

const data = tinyData(22);
const batchSize = 8;

/** The batches of the data in order, of 8, 8 and 6 samples. */
function batches() {
  return [0, 8, 16].map((first) => ({
    inputs: data.inputs.slice(first * features, (first + batchSize) * features),
    targets: data.labels.slice(first, first + batchSize),
  }));
}

/** What fit gives on the whole data in the same order. */
async function fitted(epochs: number) {
  const net = await compiled();
  const history = await net.fit(data, { epochs, batchSize, shuffle: false });
  const result = { weights: bits(await net.getWeights()), history: withoutSeconds(history) };
  net.dispose();
  return result;
}

describe("trainOnBatch", () => {
  it("updates as a step of fit does, and returns loss and metrics", async () => {
    const net = await compiled();
    const results = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const { inputs, targets } of batches()) results.push(await net.trainOnBatch(inputs, targets));
    }
    const { weights, history } = await fitted(2);
    expect(bits(await net.getWeights())).toEqual(weights);
    expect(Object.keys(results[0]!)).toEqual(["loss", "accuracy"]);
    const first = results.slice(0, 3).map((logs, i) => logs.loss! * [8, 8, 6][i]!);
    expect(first.reduce((sum, value) => sum + value) / 22).toBeCloseTo(history.loss![0]!, 5);
    net.dispose();
  });

  it("stops at a loss that is not finite, and trains on afterwards", async () => {
    const net = await compiled();
    const [first] = batches();
    const huge = first!.inputs.slice().fill(3e38);
    await net.trainOnBatch(first!.inputs, first!.targets);
    const before = bits(await net.getWeights());
    const failed = net.trainOnBatch(huge, first!.targets);
    await expect(failed).rejects.toThrow(
      /\(step 1\): the output of dense_1 is Infinity in sample 1 of the batch, value 4/,
    );
    await expect(failed).rejects.toThrow(NumericError);
    expect(bits(await net.getWeights())).toEqual(before);
    expect((await net.trainOnBatch(first!.inputs, first!.targets)).loss).toBeGreaterThan(0);
    net.dispose();
  });

  it("has siblings that test and predict one batch", async () => {
    const net = await compiled();
    const [{ inputs, targets }] = batches() as [ReturnType<typeof batches>[0]];
    const dataset = { inputs, inputShape: [features], labels: targets, classes };
    expect(await net.testOnBatch(inputs, targets)).toEqual(await net.evaluate(dataset));
    expect(await net.predictOnBatch(inputs)).toEqual(await net.predict(dataset));
    expect((await net.predictOnBatch(inputs.slice(0, features))).length).toBe(classes); // a single sample
    net.dispose();
  });

  it("takes the inputs as targets of an autoencoder", async () => {
    const net = sequential([Input([4]), Dense(4)]);
    await net.compile({ optimizer: sgd(), loss: "mse", engine: engine() });
    const x = values(12, 1);
    expect(await net.testOnBatch(x)).toEqual(await net.testOnBatch(x, x));
    net.dispose();
  });
});

describe("fit on a generator", () => {
  const kinds: [string, () => Iterable<object> | AsyncIterable<object>][] = [
    ["an array", () => [...batches(), ...batches()]],
    [
      "a generator",
      function* () {
        for (;;) yield* batches();
      },
    ],
    [
      "an async generator",
      async function* () {
        for (;;) yield* batches();
      },
    ],
  ];
  it.each(kinds)("%s gives the bits of the same batches on the GPU", async (_, make) => {
    const net = await compiled();
    const source = make() as Iterable<ReturnType<typeof batches>[0]>;
    const progress: number[] = [];
    const history = await net.fit(source, {
      epochs: 2,
      stepsPerEpoch: 3,
      onProgress: ({ samples }) => progress.push(samples),
    });
    const expected = await fitted(2);
    expect(bits(await net.getWeights())).toEqual(expected.weights);
    expect(withoutSeconds(history)).toEqual(expected.history);
    expect(progress.every((samples) => [8, 16, 22].includes(samples))).toBe(true);
    net.dispose();
  });

  it("goes on with the same generator, and evaluates other data", async () => {
    const net = await compiled();
    const [a, b, c] = batches();
    const source = [a!, b!, c!].values();
    await net.fit(source, { stepsPerEpoch: 2 });
    const { history } = await net.fit(source, { stepsPerEpoch: 1, validationData: tinyData(5) });
    expect(Object.keys(history)).toEqual(["loss", "accuracy", "val_loss", "val_accuracy", "seconds"]);
    expect((await net.session.step.read()).step).toBe(3);
    net.dispose();
  });

  it("says when it ends too early, or what it cannot do", async () => {
    const net = await compiled();
    const wrong: [object, RegExp][] = [
      [{}, /a generator needs stepsPerEpoch, a positive integer; got undefined/],
      [{ stepsPerEpoch: 4 }, /the generator ended after 3 of the 4 batches of epoch 1/],
      [{ stepsPerEpoch: 1, validationSplit: 0.5 }, /give validationData/],
      [{ stepsPerEpoch: 1, sampleWeight: [1] }, /bring their own sampleWeight/],
    ];
    for (const [options, message] of wrong) {
      const error = await net.fit(batches().values(), options).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toMatch(message);
    }
    await expect(net.fit(data, { stepsPerEpoch: 2 })).rejects.toThrow(/stepsPerEpoch is for generators/);
    const huge = [{ inputs: new Float32Array(features).fill(3e38), targets: [1] }];
    await expect(net.fit(huge, { stepsPerEpoch: 1 })).rejects.toThrow(/epoch 1, batch 1 of 1 \(step 3\)/);
    net.dispose();
  });
});

describe("a second fit", () => {
  it("goes on with the optimizer's state, counting epochs from initialEpoch", async () => {
    const net = await compiled();
    const once = await compiled();
    await net.fit(data, { epochs: 2, batchSize });
    const later = await net.fit(data, { epochs: 4, initialEpoch: 2, batchSize });
    await once.fit(data, { epochs: 4, batchSize });
    expect(later.epoch).toEqual([3, 4]);
    expect(bits(await net.getWeights())).toEqual(bits(await once.getWeights()));
    expect(bits(await net.session.state.read())).toEqual(bits(await once.session.state.read()));
    net.dispose();
    once.dispose();
  });

  it("uses the learning rate that was set in between", async () => {
    const net = await compiled();
    expect([net.optimizer.name, net.optimizer.learningRate]).toEqual(["adam", 0.01]);
    await net.fit(data, { batchSize });
    const before = bits(await net.getWeights());
    net.optimizer.learningRate = 0;
    await net.fit(data, { batchSize });
    expect(bits(await net.getWeights())).toEqual(before);
    const slower: Callback = {
      name: "slower",
      onEpochEnd: (_epoch, _logs, control) => {
        control.learningRate = 0.5;
      },
    };
    await net.fit(data, { batchSize, callbacks: [slower] });
    expect(net.optimizer.learningRate).toBe(0.5); // it is the optimizer's, not the fit's
    for (const rate of [-1, Number.NaN]) {
      expect(() => {
        net.optimizer.learningRate = rate;
      }).toThrow(ArgumentError);
    }
    net.dispose();
  });
});
