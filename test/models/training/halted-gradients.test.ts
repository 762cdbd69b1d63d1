/** @file A finite loss whose gradients are not: the step is halted before any weight changes, and named. */
import { describe, expect, it } from "vitest";
import { NumericError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { sqrt } from "../../../kernels/elementwise/index.ts";
import {
  adadelta,
  adagrad,
  adam,
  Conv2D,
  constant,
  Dense,
  type FitOptions,
  Flatten,
  Input,
  Layer,
  l2,
  type Model,
  type Optimizer,
  Reshape,
  rmsprop,
  sequential,
  sgd,
  TerminateOnNaN,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { bits, withBindingLimit } from "../tiny.ts";

const engine = useEngine();

/** The square root, whose slope at 0 is infinite. */
class Root extends Layer {
  readonly className = "Root";
  outputShape(shapes: readonly (readonly number[])[]) {
    return shapes[0]!;
  }
  call([x]: readonly Tensor[]): Tensor {
    return sqrt(x!);
  }
}

const width = 24;
/** Of the bad sample dense_1 is 0, where Root has no finite slope; that does not touch the layers behind it. */
const network = (regularized = false) =>
  sequential([
    Input([2]),
    Dense(width, { kernelInitializer: constant(1), ...(regularized && { kernelRegularizer: l2(0.1) }) }),
    new Root(),
    Dense(300, { activation: "sigmoid" }),
    Dense(1),
  ]);
const data = (count: number, bad: number) => ({
  inputs: Array.from({ length: count }, (_, i) => (i === bad ? [1, -1] : [1, 0.5])).flat(),
  targets: Array.from({ length: count }, () => 1),
});

async function start(model: Model, optimizer: Optimizer, loss = "mse"): Promise<Record<string, string>> {
  await model.compile({ engine: engine(), optimizer, loss, seed: 3 });
  return bits(await model.getWeights());
}

async function failure(model: Model, samples: ReturnType<typeof data>, options: FitOptions = {}) {
  const settings = { batchSize: 4, shuffle: false, ...options };
  const error = await model.fit(samples, settings).catch((cause: unknown) => cause);
  if (!(error instanceof NumericError)) throw error;
  return error.message;
}

const optimizers: Readonly<Record<string, () => Optimizer>> = {
  "plain descent": () => sgd(),
  "plain descent with decay": () => sgd({ decay: 0.1 }),
  momentum: () => sgd({ momentum: 0.9 }),
  "clipped by value": () => sgd({ clipValue: 0.5 }),
  "clipped by norm": () => sgd({ clipNorm: 0.5 }),
  adam: () => adam(),
  rmsprop: () => rmsprop(),
  adagrad: () => adagrad(),
  adadelta: () => adadelta(),
};

describe("gradients that are not finite", () => {
  it.each(Object.entries(optimizers))("halt the step before anything changes: %s", async (_, optimizer) => {
    for (const eager of [false, true]) {
      const model = network();
      const before = await start(model, optimizer());
      const slots = bits(await model.session.state.read());
      const message = await failure(model, data(4, 1), { epochs: 3, eager });
      expect(message).toMatch(
        /^The gradient is not finite in epoch 1, batch 1 of 1 \(step 0\): .*the gradient of dense_1\/(kernel|bias)\[0\] is /,
      );
      expect(message).toContain("those of the weights behind it are finite");
      expect(bits(await model.getWeights())).toEqual(before);
      expect(bits(await model.session.state.read())).toEqual(slots);
      model.dispose();
    }
  });

  it("leave the updates before them, bit for bit", async () => {
    for (const optimizer of [() => sgd(), () => adam()]) {
      const model = network();
      await start(model, optimizer());
      // the good samples move kernel[0] and kernel[1] apart, so the third batch is bad by a NaN of its own
      const message = await failure(model, data(12, 9), { epochs: 2, batchSize: 4 });
      expect(message).toMatch(/epoch 1, batch 3 of 3 \(step 2\)/);
      const after = bits(await model.getWeights());
      model.dispose();
      const whole = network();
      await start(whole, optimizer());
      await whole.fit(
        { inputs: data(8, 9).inputs, targets: data(8, 9).targets },
        { batchSize: 4, shuffle: false },
      );
      expect(after).toEqual(bits(await whole.getWeights()));
      whole.dispose();
    }
  });

  it("in trainOnBatch, which goes on with the next batch", async () => {
    for (const optimizer of [() => sgd(), () => adam()]) {
      const model = network();
      const before = await start(model, optimizer());
      const [good, bad] = [data(4, 9), data(4, 1)];
      const failing = model.trainOnBatch(bad.inputs, bad.targets);
      await expect(failing).rejects.toThrow(/^The gradient is not finite .*the gradient of dense_1/);
      expect(bits(await model.getWeights())).toEqual(before);
      await model.trainOnBatch(good.inputs, good.targets);
      expect(bits(await model.getWeights())).not.toEqual(before);
      model.dispose();
    }
  });

  it("do not count as updates, nor do the steps behind them, whoever made the batch", async () => {
    const [good, bad] = [data(4, 9), data(4, 1)];
    const trained = async (fail: (model: Model) => Promise<unknown>) => {
      const model = network();
      await start(model, adam({ decay: 0.1 }));
      await model.fit(good, { batchSize: 4, epochs: 2 });
      await expect(fail(model)).rejects.toThrow(NumericError);
      expect((await model.session.step.read()).step).toBe(2);
      await model.fit(good, { batchSize: 4 });
      const weights = bits(await model.getWeights());
      model.dispose();
      return weights;
    };
    const alone = await trained((model) => model.trainOnBatch(bad.inputs, bad.targets));
    expect(await trained((model) => model.fit([bad, good, good, good]))).toEqual(alone);
    expect(await trained((model) => model.fit(data(40, 1), { batchSize: 4, shuffle: false }))).toEqual(alone);
  });

  it("in a part of a batch that is computed in parts", async () => {
    const model = network();
    const before = await start(model, sgd());
    const bytes = 34816; // the weights fit, the 300 outputs of 30 samples do not
    const message = await withBindingLimit(engine(), bytes, () =>
      failure(model, data(30, 29), { batchSize: 30 }),
    );
    expect(message).toMatch(/^The gradient is not finite .*dense_1/);
    expect(bits(await model.getWeights())).toEqual(before);
    model.dispose();
  });

  it("with a penalty on the weights, and in a layer whose gradient is stored", async () => {
    const model = network(true);
    const before = await start(model, sgd());
    expect(await failure(model, data(4, 1))).toContain("the gradient of dense_1");
    expect(bits(await model.getWeights())).toEqual(before);
    model.dispose();
    const convolution = sequential([
      Input([6]),
      Reshape([1, 3, 2]),
      Conv2D(4, [1, 3], { padding: "same", kernelInitializer: constant(0) }),
      new Root(),
      Flatten(),
      Dense(400),
      Dense(1),
    ]);
    const untouched = await start(convolution, sgd());
    const samples = { inputs: Array.from({ length: 24 }, (_, i) => i), targets: [1, 2, 3, 4] };
    expect(await failure(convolution, samples)).toContain("the gradient of conv2d_1");
    expect(bits(await convolution.getWeights())).toEqual(untouched);
    convolution.dispose();
  });

  it("do not keep the model from training on, nor do good steps halt", async () => {
    const model = network();
    await start(model, sgd());
    await failure(model, data(4, 1));
    const history = await model.fit(data(8, 9), { batchSize: 4, epochs: 3 });
    expect(Number.isFinite(history.last("loss"))).toBe(true);
    model.dispose();
  });
});

describe("an overflow in the backward pass alone", () => {
  // y = w2 * (w1 * x): the loss is (1e18)^2, the gradient of w1 is x * w2 * 2e18
  const chain = (first: number, second: number) =>
    sequential([
      Input([1]),
      Dense(1, { kernelInitializer: constant(first), useBias: false }),
      Dense(1, { kernelInitializer: constant(second), useBias: false }),
    ]);

  it.each([
    ["plain descent", () => sgd({ learningRate: 1e-30 })],
    ["adam", () => adam()],
  ] as const)("halts the step: %s", async (_, optimizer) => {
    const model = chain(1e-21, 1e25);
    const before = await start(model, optimizer());
    const message = await failure(model, { inputs: [1e14], targets: [0] });
    expect(message).toMatch(/^The gradient is not finite .*the gradient of dense_1\/kernel\[0\] is Infinity/);
    expect(message).toMatch(/A smaller learning rate often helps\.$/);
    expect(bits(await model.getWeights())).toEqual(before);
    model.dispose();
  });

  it("halts plain descent also where it is near, since products are not stored", async () => {
    const model = chain(1e-22, 1);
    const before = await start(model, sgd({ learningRate: 1e-30 }));
    const message = await failure(model, { inputs: [1e22], targets: [0] });
    expect(message).toContain("gradients come too near to the end of float32, 3.4e38");
    expect(bits(await model.getWeights())).toEqual(before);
    model.dispose();
  });
});

describe("an update that is too large for float32", () => {
  it.each(Object.entries({ sgd, adam }))("is told though no loss follows it: %s", async (_, optimizer) => {
    const build = async () => {
      const model = sequential([Input([2]), Dense(1, { kernelInitializer: constant(1), useBias: false })]);
      await start(model, optimizer({ learningRate: 3.4e38 }));
      return model;
    };
    const one = { inputs: [8, 8], targets: [0] };
    for (const callbacks of [[], [TerminateOnNaN()]]) {
      const model = await build();
      const trained = model.fit(one, { callbacks });
      if (callbacks.length > 0) await trained;
      else
        await expect(trained).rejects.toThrow(
          /^The weights are not finite after epoch 1 of 1: dense_1\/kernel\[0\] is -Infinity. The gradients were finite/,
        );
      model.dispose();
    }
    const model = await build();
    await expect(model.trainOnBatch(one.inputs, one.targets)).rejects.toThrow(
      "The weights are not finite after this update: dense_1/kernel[0] is -Infinity.",
    );
    model.dispose();
  });
});

describe("a row of outputs that sums to 0", () => {
  it.each(["categorical_crossentropy", "sparse_categorical_crossentropy"])("has no %s", async (loss) => {
    const model = sequential([Input([1]), Dense(3, { activation: "relu", kernelInitializer: constant(1) })]);
    const before = await start(model, sgd(), loss);
    const error = await model.fit({ inputs: [1, -1], targets: [0, 1] }, { shuffle: false }).catch(String);
    expect(error).toContain(
      `The loss is not finite in epoch 1, batch 1 of 1 (step 0): the outputs of dense_1 for sample 2 of the batch sum to 0, and ${loss}`,
    );
    expect(error).not.toContain("learning rate");
    expect(bits(await model.getWeights())).toEqual(before);
    model.dispose();
  });

  it("that is no zeros has a finite loss but no gradient", async () => {
    const model = sequential([
      Input([2]),
      Dense(2, { kernelInitializer: () => Float32Array.of(1, 0, 0, 1) }),
    ]);
    const before = await start(model, sgd(), "categorical_crossentropy");
    const error = await model.fit({ inputs: [1, -1], targets: [[1, 0]] as never }).catch(String);
    expect(error).toContain(
      "the gradient of the loss for the output dense_1 is NaN in sample 1 of the batch",
    );
    expect(bits(await model.getWeights())).toEqual(before);
    model.dispose();
  });
});
