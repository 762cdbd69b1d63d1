import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { Concatenate, Dense, input, type Model, model, sgd } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import {
  crossEntropies64,
  dense64,
  gradientsBy,
  map64,
  mean64,
  numericGradients,
  type Rows,
  rowsOf,
  softmax64,
  squaredErrors64,
  values,
  type Weights64,
} from "../float64.ts";
import { bits, tinyNetwork } from "../tiny.ts";

const engine = useEngine();

/** Inputs a [3] and b [2]; outputs kind (softmax over 3 classes) and size [2]. */
function network(): Model {
  const [a, b] = [input([3], { name: "a" }), input([2], { name: "b" })];
  const hidden = Dense(4, { activation: "tanh", name: "hidden" }).apply(Concatenate().apply([a, b]));
  const kind = Dense(3, { activation: "softmax", name: "kind" }).apply(hidden);
  return model({ inputs: [a, b], outputs: [kind, Dense(2, { name: "size" }).apply(hidden)] });
}

const count = 10;
const data = {
  inputs: { a: values(3 * count, 1), b: values(2 * count, 2) },
  targets: { kind: Array.from({ length: count }, (_, i) => i % 3), size: values(2 * count, 3) },
};
const lossWeights = { kind: 0.5, size: 2 };
const choices = {
  loss: { kind: "categorical_crossentropy", size: "mse" },
  lossWeights,
  metrics: { kind: ["accuracy", "mse"], size: ["mae"] },
};

async function compiled(options: object = choices, learningRate = 0.1): Promise<Model> {
  const net = network();
  const all = { seed: 3, ...choices, ...options, optimizer: sgd({ learningRate }), engine: engine() };
  await net.compile(all);
  return net;
}

/** Both outputs in float64. */
function forward64(weights: Weights64): { kind: Rows; size: Rows } {
  const b = rowsOf(data.inputs.b, 2);
  const joined = rowsOf(data.inputs.a, 3).map((row, i) => [...row, ...b[i]!]);
  const hidden = map64(dense64(joined, weights, "hidden"), Math.tanh);
  return { kind: softmax64(dense64(hidden, weights, "kind")), size: dense64(hidden, weights, "size") };
}

/** What evaluate() reports, from plain loops. */
function expectedLogs(weights: Weights64): Record<string, number> {
  const { kind, size } = forward64(weights);
  const [labels, sizes] = [data.targets.kind, rowsOf(data.targets.size, 2)];
  const kindLoss = mean64(crossEntropies64(kind, labels));
  const sizeLoss = mean64(squaredErrors64(size, sizes));
  const oneHot = labels.map((label) => [0, 1, 2].map((k) => Number(k === label)));
  return {
    loss: 0.5 * kindLoss + 2 * sizeLoss,
    kind_loss: kindLoss,
    size_loss: sizeLoss,
    kind_accuracy: mean64(kind.map((row, i) => Number(row.indexOf(Math.max(...row)) === labels[i]))),
    kind_mse: mean64(squaredErrors64(kind, oneHot)),
    size_mae: mean64(size.flatMap((row, i) => row.map((value, j) => Math.abs(value - sizes[i]![j]!)))),
  };
}

describe("a model with several inputs and outputs", () => {
  it("has the weighted sum of its losses as loss, and its gradients", async () => {
    const net = await compiled({}, 1);
    const before = await net.getWeights();
    let found: Record<string, number> = {};
    const gradients = await gradientsBy(net, async () => {
      found = await net.trainOnBatch(data.inputs, data.targets);
    });
    const expected = expectedLogs(before);
    expect(Object.keys(found)).toEqual(Object.keys(expected)); // Keras's names in Keras's order
    expectClose(Object.values(found), Object.values(expected), { terms: 30 });
    for (const [path, numeric] of numericGradients(before, (weights) => expectedLogs(weights).loss!))
      expectClose(gradients.get(path)!, numeric, { terms: 100, scale: 1 }, path);
    net.dispose();
  });

  it("is evaluated and predicted in batches, the last of them partial", async () => {
    const net = await compiled();
    const weights = await net.getWeights();
    const [found, expected] = [await net.evaluate(data, { batchSize: 4 }), expectedLogs(weights)];
    expectClose(Object.values(found), Object.values(expected), { terms: 30 });
    const outputs = await net.predictOutputs(data, { batchSize: 3 });
    expect(Object.keys(outputs)).toEqual(["kind", "size"]);
    const { kind, size } = forward64(weights);
    expectClose(outputs.kind!, kind.flat(), { terms: 20 });
    expectClose(outputs.size!, size.flat(), { terms: 20 });
    const { inputs } = data; // arrays in order, and without targets
    expect(await net.predictOutputs({ inputs: [inputs.a, inputs.b] }, { batchSize: 3 })).toEqual(outputs);
    await expect(net.predict(data)).rejects.toThrow("predict: model_1 has several outputs; predictOutputs()");
    net.dispose();
  });

  it("learns the same from records and lists, eagerly and replayed", async () => {
    const { inputs, targets } = data;
    const oneHot = targets.kind.flatMap((label) => [0, 1, 2].map((k) => Number(k === label)));
    const sources = [data, { inputs: [inputs.a, inputs.b], targets: [oneHot, targets.size] }];
    const lists = { loss: ["categorical_crossentropy", "mse"], lossWeights: [0.5, 2] };
    const results = [];
    for (const [i, source] of [...sources, data].entries()) {
      const net = await compiled(i === 1 ? lists : {});
      const options = { epochs: 3, batchSize: 4, validationData: data, eager: i === 2 };
      const { history } = await net.fit(source, options);
      const { seconds: _, ...rest } = history;
      results.push({ history: rest, weights: bits(await net.getWeights()) });
      net.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const names = ["loss", "kind_loss", "size_loss", "kind_accuracy", "kind_mse", "size_mae"];
    expect(Object.keys(results[0]!.history)).toEqual([...names, ...names.map((name) => `val_${name}`)]);
    expect(results[0]!.history.loss!.at(-1)).toBeLessThan(results[0]!.history.loss![0]!);
  });

  it("takes one loss and one list of metrics for all outputs", async () => {
    const net = await compiled({ loss: "mse", metrics: ["mae"], lossWeights: { kind: 1, size: 0 } });
    const found = await net.evaluate(data);
    expect(Object.keys(found)).toEqual(["loss", "kind_loss", "size_loss", "kind_mae", "size_mae"]);
    expect(found.loss).toBeCloseTo(found.kind_loss!, 6);
    net.dispose();
  });

  it("says what is missing, unknown or of another size", async () => {
    const wrong: [object, RegExp][] = [
      [{ loss: { kind: "mse" } }, /compile: loss: "size" is missing; there are kind\./],
      [{ loss: { kind: "mse", sise: "mse" } }, /compile: loss: there is no "sise"\. Did you mean "size"\?/],
      [{ loss: ["mse"] }, /compile: loss: 1 given for 2 \(kind, size\)/],
      [{ lossWeights: { kind: Number.NaN, size: 1 } }, /the loss weight of kind must be a number, got NaN/],
      [{ metric: ["accuracy"] }, /compile: there is no option metric\. Did you mean metrics\?/],
      [{ seed: -1 }, /compile: seed must be a whole number below 2\^32, got -1/],
      [{ loss: "" }, /compile: a loss is missing/],
      [{ metrics: { kidn: ["accuracy"] } }, /compile: metrics: there is no "kidn"\. Did you mean "kind"\?/],
    ];
    for (const [options, message] of wrong) await expect(compiled(options)).rejects.toThrow(message);
    const net = await compiled();
    const { inputs, targets } = data;
    const cases: [object, typeof ArgumentError | typeof ShapeError, RegExp][] = [
      [{ inputs: { a: inputs.a }, targets }, ArgumentError, /fit: inputs: "b" is missing/],
      [{ inputs: inputs.a, targets }, ArgumentError, /one array given for a, b/],
      [{ inputs: { a: inputs.a, b: values(6, 1) }, targets }, ShapeError, /10 samples, but 3 of b/],
      [
        { inputs, targets: { ...targets, kind: targets.kind.with(4, 3) } },
        ArgumentError,
        /kind: the label of sample 4 is 3, expected a whole number from 0 to 2/,
      ],
      [
        { inputs, targets: { ...targets, size: values(4, 1) } },
        ShapeError,
        /the targets of size are 4 values for 10 samples of \[2\]: 20 numbers, or 10 class labels are expected/,
      ],
      [{ inputs }, ArgumentError, /the data has no targets/],
      [{ targets }, ArgumentError, /fit: inputs: expected arrays, got undefined/],
      [
        undefined as never,
        ArgumentError,
        /fit: the data must be a data set or \{ inputs, targets \}, got undefined/,
      ],
      [{ inputs: inputs.a, inputShape: [3] }, ArgumentError, /a data set has one input and one target/],
    ];
    for (const [source, kind, message] of cases) {
      const error = await net.fit(source as typeof data).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(kind);
      expect((error as Error).message).toMatch(message);
    }
    net.dispose();
  });

  it("of one output takes arrays without shapes as well", async () => {
    const net = tinyNetwork();
    const loss = "sparse_categorical_crossentropy";
    await net.compile({ optimizer: sgd(), loss, metrics: { dense_2: ["accuracy"] }, engine: engine() });
    const inputs = values(30, 1);
    const labels = [0, 1, 2, 0, 1, 2];
    const dataset = { inputs, inputShape: [5], labels, classes: 3 };
    expect(await net.evaluate({ inputs, targets: labels })).toEqual(await net.evaluate(dataset));
    expect(await net.predict({ inputs })).toEqual(await net.predict(dataset));
    net.dispose();
  });
});
