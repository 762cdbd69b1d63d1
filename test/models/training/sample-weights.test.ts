import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { GpuDataset } from "../../../kernels/gather/index.ts";
import { Dense, input, type Model, model, sgd } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import {
  crossEntropies64,
  dense64,
  gradientsBy,
  numericGradients,
  rowsOf,
  softmax64,
  values,
  type Weights64,
} from "../float64.ts";
import { bits, classes, features, tinyData, tinyNetwork } from "../tiny.ts";

const engine = useEngine();

const data = tinyData(11);
const sampleWeight = Float32Array.from({ length: 11 }, (_, i) => (i === 4 ? 0 : 0.25 + (i % 4)));
const classWeight = { 0: 2, 1: 0.5, 2: 3 };

function softmaxNetwork(): Model {
  const x = input([features]);
  return model({ inputs: x, outputs: Dense(classes, { activation: "softmax", name: "out" }).apply(x) });
}

async function compiled(net = softmaxNetwork(), learningRate = 1): Promise<Model> {
  const settings = { loss: "categorical_crossentropy", metrics: ["accuracy"], engine: engine(), seed: 2 };
  await net.compile({ ...settings, optimizer: sgd({ learningRate }) });
  return net;
}

/** Keras's weighted loss: the sum of weight times loss, divided by the number of samples. */
function weightedLoss(weights: Weights64, factor: (sample: number) => number): number {
  const outputs = softmax64(dense64(rowsOf(data.inputs, features), weights, "out"));
  const losses = crossEntropies64(outputs, data.labels);
  return losses.reduce((sum, loss, i) => sum + factor(i) * loss, 0) / losses.length;
}

describe("sample and class weights", () => {
  const ofClass = (i: number) => classWeight[data.labels[i] as 0 | 1 | 2];
  const cases: [string, object, (i: number) => number][] = [
    ["sampleWeight", { sampleWeight }, (i) => sampleWeight[i]!],
    ["classWeight", { classWeight }, ofClass],
    ["both", { sampleWeight: [...sampleWeight], classWeight }, (i) => sampleWeight[i]! * ofClass(i)],
  ];
  it.each(
    cases,
  )("%s: the weighted losses over the batch size, metrics without", async (_, options, factor) => {
    const net = await compiled();
    const before = await net.getWeights();
    const plain = await net.testOnBatch(data.inputs, data.labels);
    let logs: Record<string, number> = {};
    const gradients = await gradientsBy(net, async () => {
      logs = await net.trainOnBatch(data.inputs, data.labels, options);
    });
    expectClose([logs.loss!], [weightedLoss(before, factor)], { terms: 30 });
    expect(logs.accuracy).toBe(plain.accuracy);
    for (const [path, expected] of numericGradients(before, (weights) => weightedLoss(weights, factor)))
      expectClose(gradients.get(path)!, expected, { terms: 60, scale: 1 }, path);
    net.dispose();
  });

  it("are those of the samples, whatever their order and the kind of data", async () => {
    const dataset = GpuDataset.upload(engine(), data);
    const { inputs, labels } = data;
    const oneHot = labels.flatMap((label) => [0, 1, 2].map((k) => Number(k === label)));
    const subset = { dataset, indices: Uint32Array.from({ length: 11 }, (_, i) => i) };
    const sources = [data, dataset, subset, { inputs, targets: labels }];
    const results = [];
    for (const source of sources) {
      const net = await compiled(tinyNetwork(), 0.1);
      await net.fit(source, { epochs: 2, batchSize: 4, sampleWeight, classWeight });
      results.push(bits(await net.getWeights()));
      net.dispose();
    }
    for (const result of results) expect(result).toEqual(results[0]);
    const rows = await compiled(tinyNetwork(), 0.1); // of one-hot rows, the class is the largest value
    await rows.fit({ inputs, targets: oneHot }, { epochs: 2, batchSize: 4, sampleWeight, classWeight });
    expect(bits(await rows.getWeights())).toEqual(results[0]);
    rows.dispose();
    const without = await compiled(tinyNetwork(), 0.1);
    await without.fit(data, { epochs: 2, batchSize: 4 });
    expect(bits(await without.getWeights())).not.toEqual(results[0]);
    without.dispose();
    dataset.dispose();
  });

  it("count in evaluate, in a validation split and in the batches of a generator", async () => {
    const net = await compiled(softmaxNetwork(), 0);
    const weights = await net.getWeights();
    const expected = weightedLoss(weights, (i) => sampleWeight[i]!);
    expectClose([(await net.evaluate(data, { sampleWeight, batchSize: 4 })).loss!], [expected], {
      terms: 30,
    });
    const { history } = await net.fit(data, { validationSplit: 3 / 11, sampleWeight });
    const total = (8 * history.loss![0]! + 3 * history.val_loss![0]!) / 11;
    expectClose([total], [expected], { terms: 30 });
    const batch = { inputs: data.inputs, targets: data.labels, sampleWeight };
    const generated = await net.fit([batch, batch], { stepsPerEpoch: 2 });
    expectClose([generated.history.loss![0]!], [expected], { terms: 30 });
    net.dispose();
  });

  it("of a class are for training: what is held out has sample weights alone, as in Keras 3", async () => {
    const net = await compiled(softmaxNetwork(), 0);
    const settings = { loss: "categorical_crossentropy", weightedMetrics: ["accuracy"], engine: engine() };
    await net.compile({ ...settings, optimizer: sgd({ learningRate: 0 }) });
    const part = (from: number, to?: number) => ({
      ...{
        inputs: data.inputs.slice(from * features, to && to * features),
        targets: data.labels.slice(from, to),
      },
      sampleWeight: sampleWeight.slice(from, to),
    });
    const training = { ...data, sampleWeight };
    const trained = await net.fit(part(0, 8), { classWeight });
    const held = await net.evaluate(part(8));
    const dataset = GpuDataset.upload(engine(), data);
    const subset = { dataset, indices: Uint32Array.from([...Array(8).keys(), 8, 9, 10]) };
    for (const [source, options] of [
      [training, { validationSplit: 3 / 11 }],
      [dataset, { validationSplit: 3 / 11, sampleWeight }],
      [subset, { validationSplit: 3 / 11, sampleWeight }],
      [part(0, 8), { validationData: part(8) }],
    ] as const) {
      const { history } = await net.fit(source, { ...options, classWeight });
      expect([history.loss, history.accuracy]).toEqual([trained.history.loss, trained.history.accuracy]);
      expect([history.val_loss, history.val_accuracy]).toEqual([[held.loss], [held.accuracy]]);
    }
    const plain = await net.evaluate({
      inputs: data.inputs.slice(8 * features),
      targets: data.labels.slice(8),
    });
    const { history } = await net.fit(data, { validationSplit: 3 / 11, classWeight });
    expect(history.val_loss).toEqual([plain.loss]);
    dataset.dispose();
    net.dispose();
  });

  it("of a class are not those of a sample that is held out and trained on", async () => {
    const net = await compiled(softmaxNetwork(), 0);
    const dataset = GpuDataset.upload(engine(), data);
    const source = { dataset, indices: Uint32Array.from([0, 1, 2, 0, 1, 2]) };
    const { history } = await net.fit(source, { validationSplit: 0.5, classWeight });
    const before = await net.getWeights();
    const first = { inputs: data.inputs.slice(0, 3 * features), targets: data.labels.slice(0, 3) };
    expect(history.val_loss).toEqual([(await net.evaluate(first)).loss]);
    expect(history.loss![0]).not.toBeCloseTo(history.val_loss![0]!, 4);
    expect(bits(before)).toEqual(bits(await net.getWeights()));
    dataset.dispose();
    net.dispose();
  });

  it("may be given by output", async () => {
    const x = input([3]);
    const outputs = ["a", "b"].map((name) => Dense(2, { name, activation: "softmax" }).apply(x));
    const net = model({ inputs: x, outputs });
    const settings = { loss: "categorical_crossentropy", engine: engine() };
    await net.compile({ ...settings, optimizer: sgd({ learningRate: 0.1 }) });
    const before = bits(await net.getWeights());
    const targets = { a: [0, 1, 1, 0], b: [1, 1, 0, 0] };
    const options = { sampleWeight: { a: [0, 0, 0, 0] }, classWeight: { b: { 0: 1, 1: 2 } } };
    const logs = await net.trainOnBatch(values(12, 1), targets, options);
    const after = bits(await net.getWeights());
    expect(Object.keys(after).filter((path) => after[path] !== before[path])).toEqual(["b/kernel", "b/bias"]);
    expect(logs.a_loss).toBe(0);
    expect(logs.loss).toBeCloseTo(logs.b_loss!, 6);
    net.dispose();
  });

  it("must fit the samples and the classes", async () => {
    const net = await compiled();
    const wrong: [object, typeof ShapeError | typeof ArgumentError, RegExp][] = [
      [{ sampleWeight: [1, 2] }, ShapeError, /sampleWeight: 2 weights for 11 samples/],
      [{ sampleWeight: sampleWeight.with(3, Number.NaN) }, ArgumentError, /the weight of sample 3 is NaN/],
      [{ sampleWeight: { outt: sampleWeight } }, ArgumentError, /there is no "outt"\. Did you mean "out"\?/],
      [{ classWeight: { 0: 1, 2: 1 } }, ArgumentError, /has no weight for class 1, which occurs/],
    ];
    for (const [options, kind, message] of wrong) {
      const error = await net.fit(data, options).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(kind);
      expect((error as Error).message).toMatch(message);
    }
    net.dispose();
  });

  it("are refused if they are none, wherever they are given", async () => {
    const net = await compiled();
    const batch = { inputs: data.inputs, targets: data.labels, sampleWeight };
    for (const wrong of [null, false, 0, ""]) {
      const message = "classWeight: must be weights or a record of them, got";
      const options = { classWeight: wrong as never };
      await expect(net.fit(data, options)).rejects.toThrow(message);
      await expect(net.fit([batch], { ...options, stepsPerEpoch: 1 })).rejects.toThrow(message);
      await expect(net.trainOnBatch(data.inputs, data.labels, options)).rejects.toThrow(message);
    }
    net.dispose();
  });
});
