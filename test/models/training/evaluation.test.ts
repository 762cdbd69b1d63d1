import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import type { HostDataset } from "../../../kernels/gather/index.ts";
import { max } from "../../../kernels/reduce/index.ts";
import { type Model, sgd } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { classes, features, tinyData, tinyNetwork, train } from "../tiny.ts";

const engine = useEngine();

async function compiled(): Promise<Model> {
  const model = tinyNetwork();
  const optimizer = sgd({ learningRate: 0.1 });
  await model.compile({
    optimizer,
    loss: "categorical_crossentropy",
    metrics: ["accuracy", "mse"],
    engine: engine(),
  });
  return model;
}

/** activation(x kernel + bias) of each row, in float64. */
function denseRows(rows: number[][], kernel: Float32Array, bias: Float32Array): number[][] {
  return rows.map((row) =>
    Array.from(bias, (start, j) => row.reduce((sum, x, i) => sum + x * kernel[i * bias.length + j]!, start)),
  );
}

/** The tiny network in inference, in float64: 5 - 4 relu - 3 softmax, no dropout. */
async function expectedOutputs(model: Model, inputs: Float32Array): Promise<number[][]> {
  const weights = await model.getWeights();
  const rows = Array.from({ length: inputs.length / features }, (_, i) => [
    ...inputs.subarray(i * features, (i + 1) * features),
  ]);
  const [kernel1, bias1, kernel2, bias2] = [...weights.values()] as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const hidden = denseRows(rows, kernel1, bias1).map((row) => row.map((x) => Math.max(x, 0)));
  return denseRows(hidden, kernel2, bias2).map((row) => {
    const exponentials = row.map(Math.exp);
    const total = exponentials.reduce((sum, x) => sum + x, 0);
    return exponentials.map((x) => x / total);
  });
}

function last(data: ReturnType<typeof tinyData>, count: number): HostDataset {
  return { ...data, inputs: data.inputs.slice(-count * features), labels: data.labels.slice(-count) };
}

describe("predict and evaluate", () => {
  it.each([4, 10, 64])("compute the network without dropout, in batches of %i", async (batchSize) => {
    const model = await compiled();
    const data = tinyData(10);
    const outputs = await expectedOutputs(model, data.inputs);
    expectClose(await model.predict(data, { batchSize }), outputs.flat(), { terms: 8 });
    const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    const target = (i: number, k: number) => (data.labels[i] === k ? 1 : 0);
    const expected = {
      loss: mean(outputs.map((row, i) => -Math.log(row[data.labels[i]!]!))),
      accuracy: mean(outputs.map((row, i) => Number(row.indexOf(Math.max(...row)) === data.labels[i]))),
      mse: mean(outputs.flatMap((row, i) => row.map((p, k) => (p - target(i, k)) ** 2))),
    };
    const found = await model.evaluate(data, { batchSize });
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    expectClose(Object.values(found), Object.values(expected), { terms: 10 });
    model.dispose();
  });

  it("do not change with training mode or the order of a fit before", async () => {
    const model = await compiled();
    const data = tinyData(10);
    await model.fit(data, { batchSize: 3 });
    const outputs = await expectedOutputs(model, data.inputs);
    expectClose(await model.predict(data), outputs.flat(), { terms: 8 });
    model.dispose();
  });

  it("take the targets of an autoencoder from its inputs", async () => {
    const model = await compiled();
    const inputs = Float32Array.of(1, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    const targets = Float32Array.of(0, 0, 1, 1, 0, 0);
    const outputs = await expectedOutputs(model, inputs);
    const found = await model.evaluate({ inputs, inputShape: [5], targets, targetShape: [classes] });
    const loss = -(Math.log(outputs[0]![2]!) + Math.log(outputs[1]![0]!)) / 2;
    expect(found.loss).toBeCloseTo(loss, 5);
    model.dispose();
  });
});

describe("evaluation during fit", () => {
  it("holds the last fraction out, before shuffling", async () => {
    const data = tinyData(20);
    const split = await train(engine(), data, { validationSplit: 0.25, epochs: 2 });
    const first = { ...data, inputs: data.inputs.slice(0, 15 * features), labels: data.labels.slice(0, 15) };
    const explicit = await train(engine(), first, { validationData: last(data, 5), epochs: 2 });
    expect(split).toEqual(explicit);
    expect(Object.keys(split.history)).toEqual(["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]);
  });

  it("takes validationBatchSize samples at a time: metrics that are no means over samples are means over batches", async () => {
    const data = tinyData(20);
    const largest = (_: Tensor, yPred: Tensor) => max(yPred);
    const model = tinyNetwork();
    const optimizer = sgd({ learningRate: 0 });
    const settings = { optimizer, loss: "categorical_crossentropy", metrics: [largest], engine: engine() };
    await model.compile(settings);
    const held = last(data, 7);
    const outputs = await model.predict(held);
    const highest = (from: number, to: number) => Math.max(...outputs.slice(from * classes, to * classes));
    for (const [validationBatchSize, expected] of [
      [undefined, highest(0, 7)],
      [3, (3 * highest(0, 3) + 3 * highest(3, 6) + highest(6, 7)) / 7],
    ] as const) {
      const options = { batchSize: 4, ...(validationBatchSize && { validationBatchSize }) };
      for (const sets of [
        { validationSplit: 0.35 },
        { validationData: held, evaluationSets: { test: held } },
      ]) {
        const { history } = await model.fit(data, { ...options, ...sets });
        expect(history.val_largest![0]).toBeCloseTo(expected, 6);
        if ("evaluationSets" in sets) expect(history.test_largest).toEqual(history.val_largest);
      }
    }
    model.dispose();
  });

  it("reports further sets under their own names, and changes nothing", async () => {
    const data = tinyData(20);
    const alone = await train(engine(), data, { epochs: 2 });
    const sets = { test: last(data, 7), train: data };
    const { weights, history } = await train(engine(), data, { epochs: 2, evaluationSets: sets });
    expect(weights).toEqual(alone.weights);
    expect(Object.keys(history).slice(3)).toEqual([
      "test_loss",
      "test_accuracy",
      "train_loss",
      "train_accuracy",
    ]);
  });

  it("refuses options that make no sense", async () => {
    const model = await compiled();
    const data = tinyData(4);
    for (const options of [
      { validationSplit: 1 },
      { validationSplit: -0.1 },
      { validationSplit: 0.9 }, // leaves no sample
      { validationSplit: 0.5, validationData: data },
      { epochs: 1.5 },
      { epochs: -1 },
      { batchSize: 0 },
      { batchSize: 2.5 },
      { validationBatchSize: 0 },
    ]) {
      await expect(model.fit(data, options), JSON.stringify(Object.keys(options))).rejects.toThrow(
        ArgumentError,
      );
    }
    await expect(model.evaluate({ ...data, inputs: new Float32Array(0), labels: [] })).rejects.toThrow();
    model.dispose();
  });
});
