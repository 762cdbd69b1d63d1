import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { denseGradientReference, denseReference } from "../../../kernels/dense/dense.reference.ts";
import {
  Add,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Cropping2D,
  constant,
  Dense,
  DenseTranspose,
  GaussianNoise,
  GlobalMaxPooling2D,
  Input,
  input,
  type Layer,
  LayerNormalization,
  type Model,
  model,
  Reshape,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { bits } from "../tiny.ts";

const engine = useEngine();

async function compiled(net: Model): Promise<Model> {
  await net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "mse", engine: engine() });
  return net;
}

/** Inference on one sample of the given values. */
async function outputOf(net: Model, values: number[]): Promise<number[]> {
  await compiled(net);
  const output = await net.predict({ inputs: Float32Array.from(values), inputShape: net.inputShape });
  net.dispose();
  return [...output];
}

const chain = (shape: number[], layer: Layer) => sequential([Input(shape), layer]);
const ramp = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe("layers without golden cases", () => {
  it("compute what Keras does on a small example", async () => {
    const image = ramp(9); // 3x3, one channel: 1 to 9
    const same = AveragePooling2D(2, { padding: "same" });
    expect(await outputOf(chain([3, 3, 1], same), image)).toEqual([3, 4.5, 7.5, 9]); // only real pixels count
    expect(await outputOf(chain([3, 3, 1], GlobalMaxPooling2D()), image)).toEqual([9]);
    const cropping = Cropping2D([
      [1, 0],
      [0, 2],
    ]);
    expect(await outputOf(chain([3, 3, 1], cropping), image)).toEqual([4, 7]);
    expect(await outputOf(chain([3, 3, 1], Reshape([9])), image)).toEqual(image);
    expect(await outputOf(chain([4], GaussianNoise(5)), ramp(4))).toEqual(ramp(4)); // none in inference
    const deviation = Math.sqrt(1.25 + 1e-3); // of 1, 2, 3, 4
    const normalized = [-1.5, -0.5, 0.5, 1.5].map((x) => x / deviation);
    expectClose(await outputOf(chain([4], LayerNormalization()), ramp(4)), normalized);
  });

  it("join and add several inputs", async () => {
    const x = input([2, 3]);
    const joined = Concatenate({ axis: 1 }).apply([x, x, x]);
    expect(await outputOf(model({ inputs: x, outputs: joined }), ramp(6))).toEqual([
      ...ramp(6),
      ...ramp(6),
      ...ramp(6),
    ]);
    const y = input([2, 3]);
    const sum = Add().apply([y, y, y]);
    expect(await outputOf(model({ inputs: y, outputs: sum }), ramp(6))).toEqual(
      ramp(6).map((value) => 3 * value),
    );
  });

  it("add noise in training, other noise in every step", async () => {
    const net = await compiled(chain([64], GaussianNoise(0.5)));
    const x = engine().zeros([8, 64]);
    const { step } = net.session;
    const noise = async () => {
      const y = engine().useStep(step, () => net.run(x, { training: true, stream: 0 }));
      return (await y.data()) as Float32Array;
    };
    const first = await noise();
    const variance = first.reduce((total, value) => total + value ** 2, 0) / first.length;
    expect(variance).toBeCloseTo(0.25, 1); // 512 draws: the deviation of this estimate is 0.016
    expect(await noise()).toEqual(first);
    step.set({ step: 1 });
    expect(await noise()).not.toEqual(first);
    net.dispose();
  });
});

describe("Dense on inputs of more axes", () => {
  it("applies one kernel at each place, forward and backward", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(1, 2, 5), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 3, 4, 7),
        fc.constantFrom("linear", "relu", "tanh"),
        async (places, units, activation) => {
          const layers = [Dense(units, { activation }), Dense(3)];
          const net = await compiled(sequential([Input([...places, 6]), ...layers]));
          expect(net.summary().rows.at(-1)!.outputShape).toEqual([...places, 3]);
          expect(net.parameterCount).toBe(6 * units + units + 3 * units + 3);
          const [x, target] = [randomArray([2, ...places, 6], 1), randomArray([2, ...places, 3], 2)];
          const batch = engine().tensor(x.data, x.shape);
          const goal = engine().tensor(target.data, target.shape);
          const { sources } = net.session.state;
          const loss = () =>
            net.session.objective.loss(net.run(batch, { training: true, stream: 0 }), goal, 2);
          const found = gradients(engine(), loss, sources);

          const weights = [...(await net.getWeights()).values()];
          const [k1, b1, k2, b2] = weights.map((values, i) => {
            return { shape: net.weights[i]!.variable.shape, data: Float64Array.from(values) };
          });
          const hidden = denseReference(x, k1!, b1!, { activation });
          const output = denseReference(hidden, k2!, b2!);
          const slope = output.data.map((value, i) => (2 * (value - target.data[i]!)) / output.data.length);
          const dy = { shape: output.shape, data: slope };
          const [dhidden, dk2, db2] = denseGradientReference(dy, hidden, k2!, b2!);
          const [, dk1, db1] = denseGradientReference(dhidden!, x, k1!, b1!, { activation });
          const squares = output.data.map((value, i) => (value - target.data[i]!) ** 2);
          const mean = squares.reduce((sum, value) => sum + value, 0) / squares.length;
          expectClose((await found.value.data()) as Float32Array, [mean]);
          // a gradient is a sum over all rows whose terms, of the size of the slopes, may nearly cancel
          const tolerance = { terms: slope.length / 3, scale: Math.max(...slope.map(Math.abs)) };
          for (const [i, expected] of [dk1, db1, dk2, db2].entries())
            expectClose((await found.gradients[i]!.data()) as Float32Array, expected!.data, tolerance);
          net.dispose();
          engine().scopes.clear();
        },
      ),
      { ...properties, numRuns: Math.ceil(properties.numRuns / 4) }, // each of two products and their gradients,
    );
  });

  it("asks for Flatten where a classifier's output is no row of classes", async () => {
    const net = sequential([Input([4, 3]), Dense(5, { activation: "softmax" })]);
    await net.compile({ optimizer: sgd(), loss: "categorical_crossentropy", engine: engine() });
    const data = { inputs: new Float32Array(24), inputShape: [4, 3], labels: [0, 4], classes: 5 };
    await expect(net.fit(data)).rejects.toThrow(
      "fit: the data set has one label for each sample, dense_1 gives [4,5]. Is a Flatten() missing before a Dense?",
    );
    net.dispose();
  });

  it("learns on a data set and leaves no dispatch for the axes", async () => {
    const launches = (net: Model, shape: number[]) => {
      const x = engine().zeros([2, ...shape]);
      return engine().plan(() => net.run(x, { training: false, stream: 0 })).pipelines.length;
    };
    const net = await compiled(sequential([Input([4, 3]), Dense(5, { activation: "sigmoid" }), Dense(3)]));
    const before = await net.getWeights();
    const inputs = Float32Array.from(randomArray([8, 4, 3], 3).data);
    const { history } = await net.fit({ inputs, inputShape: [4, 3] }, { epochs: 30, batchSize: 4 });
    const [first, last] = [history.loss![0]!, history.loss!.at(-1)!];
    expect(last).toBeLessThan(0.8 * first);
    expect([...before.values()].map(({ length }) => length)).toEqual([15, 5, 15, 3]);
    expect(launches(net, [4, 3])).toBe(2);
    net.dispose();
  });
});

describe("DenseTranspose", () => {
  it("uses the other layer's kernel, and the gradients of both uses add up", async () => {
    // y = (x k + b) k^T + c with k = 2 [3,1]: y_j = 2 (2 sum(x) + b) + c
    const encoder = Dense(1, { kernelInitializer: constant(2), biasInitializer: constant(1) });
    const net = await compiled(
      sequential([Input([3]), encoder, DenseTranspose(encoder, { biasInitializer: constant(0.5) })]),
    );
    const x = [1, 2, 3];
    const output = await net.predict({ inputs: Float32Array.from(x), inputShape: [3] });
    expect([...output]).toEqual([26.5, 26.5, 26.5]);
    const { sources } = net.session.state;
    const target = engine().zeros([1, 3]);
    const batch = engine().tensor(x, [1, 3]);
    const loss = () => net.session.objective.loss(net.run(batch, { training: true, stream: 0 }), target, 1);
    const { gradients: found } = gradients(engine(), loss, sources);
    // loss = mean(y^2): dy = 2 y / 3; dh = sum(dy k); dk = x dh + dy h
    const dy = (2 * 26.5) / 3;
    const dh = 3 * dy * 2;
    const kernel = x.map((value) => value * dh + dy * 13);
    const names = net.weights.map(({ path }) => path);
    expect(names).toEqual(["dense_1/kernel", "dense_1/bias", "dense_transpose_1/bias"]);
    expectClose((await found[0]!.data()) as Float32Array, kernel);
    expectClose((await found[1]!.data()) as Float32Array, [dh]);
    expectClose((await found[2]!.data()) as Float32Array, [dy, dy, dy]);
    net.dispose();
  });
});

describe("frozen layers", () => {
  const data = {
    inputs: Float32Array.from(ramp(24), (value) => Math.sin(value)),
    inputShape: [3],
    targets: new Float32Array(16),
    targetShape: [2],
  };

  it("keep their weights while the others learn", async () => {
    const net = await compiled(sequential([Input([3]), Dense(4, { trainable: false }), Dense(2)]));
    const before = bits(await net.getWeights());
    await net.fit(data, { batchSize: 4, epochs: 2 });
    const after = bits(await net.getWeights());
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed).toEqual(["dense_2/kernel", "dense_2/bias"]);
    expect([...(await net.session.state.read()).keys()]).toEqual([]);
    net.dispose();
  });

  it("of batch normalisation use the moving statistics in training, and leave them", async () => {
    const changedBy = async (trainable: boolean) => {
      const net = await compiled(sequential([Input([3]), BatchNormalization({ trainable }), Dense(2)]));
      const before = bits(await net.getWeights());
      await net.fit(data, { batchSize: 4, epochs: 2 });
      const after = bits(await net.getWeights());
      const frozen = await net.predict(data);
      const training = engine().tensor(data.inputs, [8, 3]);
      const output = (await net.run(training, { training: true, stream: 0 }).data()) as Float32Array;
      net.dispose();
      const equal = frozen.every((value, i) => Math.abs(value - output[i]!) < 1e-6);
      return { equal, changed: Object.keys(after).filter((path) => after[path] !== before[path]) };
    };
    const dense = ["dense_1/kernel", "dense_1/bias"];
    expect(await changedBy(false)).toEqual({ equal: true, changed: dense });
    const statistics = ["gamma", "beta", "moving_mean", "moving_variance"];
    const all = [...statistics.map((name) => `batch_normalization_1/${name}`), ...dense];
    expect(await changedBy(true)).toEqual({ equal: false, changed: all });
  });

  it("of batch normalisation move their statistics by Keras's rule, replayed too", async () => {
    const net = await compiled(sequential([Input([3]), BatchNormalization({ momentum: 0.5 }), Dense(2)]));
    await net.fit(data, { batchSize: 8, epochs: 3 }); // the whole set in every step
    const weights = await net.getWeights();
    const columns = [0, 1, 2].map((c) => Array.from({ length: 8 }, (_, i) => data.inputs[i * 3 + c]!));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = (values: number[]) =>
      values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1);
    const part = 1 - 0.5 ** 3; // of the batch's statistics after three steps
    const moved = weights.get("batch_normalization_1/moving_variance")!;
    expectClose(
      weights.get("batch_normalization_1/moving_mean")!,
      columns.map((column) => part * mean(column)),
      { scale: 1 },
    );
    expectClose(
      moved,
      columns.map((column) => 1 - part + part * variance(column)),
    ); // unbiased, as fused TensorFlow
    net.dispose();
  });
});
