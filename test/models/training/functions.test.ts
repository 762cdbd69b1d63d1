import { describe, expect, it } from "vitest";
import { ArgumentError, NumericError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { abs, log, mul, scale, square, sub } from "../../../kernels/elementwise/index.ts";
import { argMax, mean } from "../../../kernels/reduce/index.ts";
import { type CompileOptions, Dense, input, type Model, model, sgd } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { dense64, gradientsBy, map64, mean64, numericGradients, rowsOf, values } from "../float64.ts";
import { bits, classes, tinyData, tinyNetwork, withBindingLimit, withoutSeconds } from "../tiny.ts";

const engine = useEngine();

const squaredError = (yTrue: Tensor, yPred: Tensor) => mean(square(sub(yTrue, yPred)), { axes: 1 });
/** of no kernel: the mean of (p - t)^4 */
const fourthPower = (yTrue: Tensor, yPred: Tensor) => mean(square(square(sub(yPred, yTrue))), { axes: 1 });
const largestError = (yTrue: Tensor, yPred: Tensor) => mean(abs(sub(yTrue, yPred)), { axes: 1 });

const count = 12;
const data = { inputs: values(3 * count, 1), targets: values(2 * count, 2) };

function network(): Model {
  const x = input([3], { name: "x" });
  const hidden = Dense(4, { activation: "tanh", name: "hidden" }).apply(x);
  return model({ inputs: x, outputs: Dense(2, { name: "y" }).apply(hidden) });
}

async function compiled(options: Partial<CompileOptions>, net = network()): Promise<Model> {
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  try {
    await net.compile({ engine: engine(), optimizer, seed: 3, loss: "mse", ...options });
  } catch (error) {
    net.dispose();
    throw error;
  }
  return net;
}

async function trained(options: Partial<CompileOptions>, fitOptions: object = {}) {
  const net = await compiled(options);
  const history = await net.fit(data, { batchSize: 5, epochs: 3, ...fitOptions });
  const weights = await net.getWeights();
  net.dispose();
  return { weights, history: withoutSeconds(history) };
}

function expectAlike(found: Awaited<ReturnType<typeof trained>>, other: Awaited<ReturnType<typeof trained>>) {
  for (const [path, values] of other.weights) expectClose(found.weights.get(path)!, values, { terms: 200 });
  expect(Object.keys(found.history)).toEqual(Object.keys(other.history));
  for (const [name, list] of Object.entries(other.history))
    expectClose(found.history[name] as number[], list as number[], { terms: 200 });
}

describe("a loss that is a function", () => {
  it("trains as the kernel of the same formula does", async () => {
    expectAlike(await trained({ loss: squaredError }), await trained({ loss: "mse" }));
  });

  it("goes together with a metric that is a function", async () => {
    const metrics = ["mae", largestError] as const;
    expectAlike(await trained({ loss: squaredError, metrics }), await trained({ loss: "mse", metrics }));
  });

  it("may give one number for all samples, or a column of them", async () => {
    const byName = await trained({ loss: "mse" });
    expectAlike(await trained({ loss: (t, p) => mean(square(sub(t, p))) }), byName);
    expectAlike(
      await trained({ loss: (t, p) => mean(square(sub(t, p)), { axes: 1, keepDims: true }) }),
      byName,
    );
  });

  it("has the gradient of its formula: one step against central differences in float64", async () => {
    const net = await compiled({ loss: fourthPower, optimizer: sgd({ learningRate: 1 }) });
    const before = await net.getWeights();
    const targets = rowsOf(data.targets, 2);
    const numeric = numericGradients(before, (weights) => {
      const hidden = map64(dense64(rowsOf(data.inputs, 3), weights, "hidden"), Math.tanh);
      const y = dense64(hidden, weights, "y");
      return mean64(y.flatMap((row, i) => row.map((p, j) => (p - targets[i]![j]!) ** 4)));
    });
    const found = await gradientsBy(net, () => net.trainOnBatch(data.inputs, data.targets));
    for (const [path, gradient] of numeric) expectClose(found.get(path)!, gradient, { terms: 100 });
    net.dispose();
  });

  it("counts sample weights", async () => {
    const weighted = { sampleWeight: Array.from({ length: count }, (_, i) => i / 4) };
    expectAlike(await trained({ loss: squaredError }, weighted), await trained({ loss: "mse" }, weighted));
  });

  it("gives the same in micro-batches, and the same bits eagerly", async () => {
    const many = { inputs: values(3 * 200, 4), targets: values(2 * 200, 5) };
    const run = async (options: object, limit = engine().limits.maxStorageBufferBindingSize) => {
      const net = await compiled({ loss: squaredError });
      const parts: (readonly number[])[] = [];
      const onPlan = (sizes: readonly number[]) => parts.push(sizes);
      await withBindingLimit(engine(), limit, () => net.fit(many, { batchSize: 200, onPlan, ...options }));
      const weights = await net.getWeights();
      net.dispose();
      return { weights, parts };
    };
    const [whole, eager, split] = [await run({}), await run({ eager: true }), await run({}, 2048)];
    expect([whole.parts, split.parts]).toEqual([[[200]], [[100, 100]]]);
    expect(bits(eager.weights)).toEqual(bits(whole.weights));
    for (const [path, values] of whole.weights) expectClose(split.weights.get(path)!, values, { terms: 200 });
  });

  it("sees class labels as one-hot rows", async () => {
    const net = await compiled({ loss: squaredError }, tinyNetwork(0));
    const samples = tinyData(count);
    const oneHot = samples.labels.flatMap((label) =>
      Array.from({ length: classes }, (_, c) => +(c === label)),
    );
    const byLabel = await net.evaluate(samples);
    const byRow = await net.evaluate(samples.inputs, oneHot);
    expect(byLabel).toEqual(byRow);
    net.dispose();
  });

  it("of one output goes with a name for another, and each reports its own", async () => {
    const run = async (loss: CompileOptions["loss"]) => {
      const x = input([3], { name: "x" });
      const outputs = ["a", "b"].map((name) => Dense(2, { name }).apply(x));
      const net = await compiled({ loss, lossWeights: { a: 2, b: 1 } }, model({ inputs: x, outputs }));
      const both = { inputs: data.inputs, targets: { a: data.targets, b: values(2 * count, 9) } };
      const sampleWeight = { a: Array.from({ length: count }, (_, i) => 1 + (i % 3)) };
      const result = await net.evaluate(both, { sampleWeight });
      await net.fit(both, { sampleWeight, epochs: 2, batchSize: 5 });
      const found = [
        ...Object.values(result),
        ...[...(await net.getWeights()).values()].flatMap((v) => [...v]),
      ];
      net.dispose();
      return { names: Object.keys(result), found };
    };
    const [own, named] = [await run({ a: squaredError, b: "mae" }), await run({ a: "mse", b: "mae" })];
    expect(own.names).toEqual(["loss", "a_loss", "b_loss"]);
    expectClose(own.found, named.found, { terms: 100 });
  });

  it("is refused at compile() if it cannot be one", async () => {
    const refused = (loss: unknown) => compiled({ loss: loss as CompileOptions["loss"] });
    const perElement = (t: Tensor, p: Tensor) => square(sub(t, p));
    await expect(refused(perElement)).rejects.toThrow(
      "compile: the loss perElement of y cannot be trained on. the loss perElement must return a number for each sample, [1] " +
        "here, or a single one, got [1,2] of outputs [1,2]. Average over the other axes: mean(x, { axes: [1] }).",
    );
    await expect(refused(perElement)).rejects.toThrow(ShapeError);
    await expect(refused(() => 3)).rejects.toThrow("the loss loss must return a tensor, got 3.");
    await expect(refused(async () => 3)).rejects.toThrow("must return a tensor, got a promise.");
    await expect(refused((t: Tensor) => mean(t, { axes: 1 }))).rejects.toThrow(
      /the loss loss of y cannot be trained on\. gradients: the result depends on none of the sources/,
    );
    await expect(refused((_: Tensor, p: Tensor) => argMax(p, 1))).rejects.toThrow(ArgumentError);
    await expect(refused((t: Tensor, p: Tensor) => mul(t, p.view([-1, 5])))).rejects.toThrow(ShapeError);
  });

  it("that is not finite halts training, which says so", async () => {
    const net = await compiled({ loss: (t, p) => mean(log(scale(square(sub(t, p)), 0)), { axes: 1 }) });
    const fit = net.fit(data, { batchSize: 4 });
    await expect(fit).rejects.toThrow(NumericError);
    await expect(fit).rejects.toThrow(/every layer's output is finite, but the loss is -Infinity/);
    net.dispose();
  });
});

describe("a metric that is a function", () => {
  it("is averaged over all samples in fit and evaluate, under its own or a given name", async () => {
    const metrics = [
      "mae",
      largestError,
      { mine: (t: Tensor, p: Tensor) => mean(square(sub(t, p))) },
    ] as const;
    const net = await compiled({ metrics });
    const result = await net.evaluate(data, { batchSize: 5 });
    expect(Object.keys(result)).toEqual(["loss", "mae", "largestError", "mine"]);
    expectClose([result.largestError!, result.mine!], [result.mae!, result.loss!], { terms: 50 });
    const { history } = await net.fit(data, { batchSize: 5, validationData: data });
    expectClose(history.largestError as number[], history.mae as number[], { terms: 50 });
    expectClose(history.val_mine as number[], history.val_loss as number[], { terms: 50 });
    net.dispose();
  });

  it("changes nothing in training", async () => {
    const [plain, watched] = [await trained({}), await trained({ metrics: [largestError] })];
    expect(bits(watched.weights)).toEqual(bits(plain.weights));
  });

  it("is refused at compile() if it cannot be one", async () => {
    const refused = (metric: unknown) => compiled({ metrics: [metric] as never });
    await expect(refused((_: Tensor, p: Tensor) => p)).rejects.toThrow(
      /^compile: y has no metric metric\. the metric metric must return a number for each sample, \[1\] here/,
    );
    await expect(refused(() => undefined)).rejects.toThrow(
      "the metric metric must return a tensor, got undefined.",
    );
    await expect(compiled({ metrics: [largestError, largestError] })).rejects.toThrow(
      /two results would be named "largestError"/,
    );
  });
});
