import { afterEach, describe, expect, it } from "vitest";
import { NumericError } from "../../../engine/errors.ts";
import { GpuDataset, type HostDataset } from "../../../kernels/gather/index.ts";
import {
  BatchNormalization,
  Dense,
  type FitOptions,
  Input,
  type Model,
  type Optimizer,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { bits, features, tinyData, tinyNetwork, train } from "../tiny.ts";

const engine = useEngine();

const optimizer = () => sgd({ learningRate: 0.1, momentum: 0.9 });
const ordered: FitOptions = { batchSize: 8, shuffle: false };

async function fitAndFail(
  model: Model,
  data: HostDataset | GpuDataset,
  options: FitOptions & { optimizer?: Optimizer },
): Promise<NumericError> {
  const { optimizer: chosen = optimizer(), ...fitOptions } = options;
  const settings = { optimizer: chosen, loss: "categorical_crossentropy", metrics: ["accuracy"] };
  await model.compile({ ...settings, engine: engine(), seed: 7 });
  const error = await model.fit(data, fitOptions).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(NumericError);
  return error as NumericError;
}

/** The data with a NaN in one sample, which came there after the upload: before, fit() would refuse it. */
function spoiled(count: number, sample: number): GpuDataset {
  const data = tinyData(count);
  const dataset = GpuDataset.upload(engine(), data);
  const values = data.inputs.slice(sample * features, (sample + 1) * features);
  dataset.inputs.write(sample, values.fill(Number.NaN, 2, 3));
  uploaded.push(dataset);
  return dataset;
}

const uploaded: GpuDataset[] = [];
afterEach(() => {
  for (const dataset of uploaded.splice(0)) dataset.dispose();
});

describe("a loss that is not finite", () => {
  it.each([false, true])("stops before its update and names step and layer (eager: %s)", async (eager) => {
    const model = tinyNetwork();
    const error = await fitAndFail(model, spoiled(40, 17), { ...ordered, epochs: 2, eager });
    expect(error.message).toMatch(
      /^The loss is not finite in epoch 1, batch 3 of 5 \(step 2\): the input is NaN in sample 2 of the batch, value 3\./,
    );
    const [weights, slots] = [bits(await model.getWeights()), bits(await model.session.state.read())];
    model.dispose();
    const before = await train(engine(), tinyData(16), {
      ...ordered,
      optimizer: optimizer(),
    }); // the two steps before
    expect(weights).toEqual(before.weights);
    expect(slots).toEqual(before.slots);
  });

  it("is found in a later epoch and in a last partial batch", async () => {
    const model = tinyNetwork();
    const data = tinyData(20);
    const error = await fitAndFail(model, data, {
      ...ordered,
      epochs: 3,
      optimizer: sgd({ learningRate: 0.1 }),
      callbacks: [
        {
          name: "poison",
          onEpochEnd: async (epoch, _, control) => {
            if (epoch !== 0) return;
            const { variable } = control.model.weights.find(({ path }) => path === "dense_2/bias")!;
            const { tensor } = variable;
            engine().upload(tensor, new Float32Array(tensor.size).fill(Number.NaN)); // setWeights() refuses it
          },
        },
      ],
    });
    expect(error.message).toMatch(
      /in epoch 2, batch 1 of 3 \(step 3\): the weight dense_2\/bias\[0\] is NaN before the step/,
    );
    model.dispose();
    const partial = tinyNetwork();
    const late = await fitAndFail(partial, spoiled(20, 19), ordered);
    expect(late.message).toMatch(
      /epoch 1, batch 3 of 3 \(step 2\): the input is NaN in sample 4 of the batch/,
    );
    partial.dispose();
  });

  it("from a learning rate that is too large names the layer that overflows", async () => {
    const model = tinyNetwork(0);
    const rate = sgd({ learningRate: 1e30 });
    const error = await fitAndFail(model, tinyData(40), { ...ordered, optimizer: rate });
    expect(error.message).toMatch(/: the output of dense_[12] is (NaN|-?Infinity) in sample/);
    expect(error.message).toMatch(/A smaller learning rate often helps\.$/);
    for (const values of (await model.getWeights()).values())
      expect(values.every(Number.isFinite)).toBe(true);
    model.dispose();
  });

  it("is not blamed on the moving statistics that it reached", async () => {
    const layers = [Input([features]), BatchNormalization(), Dense(3, { activation: "softmax" })];
    const model = sequential(layers);
    const error = await fitAndFail(model, spoiled(24, 17), ordered);
    expect(error.message).toMatch(/batch 3 of 3 \(step 2\): the input is NaN in sample/);
    for (const values of (await model.getWeights()).values())
      expect(values.every(Number.isFinite)).toBe(true);
    model.dispose();
  });

  it("does not reach the moving statistics, nor do the steps after it", async () => {
    const network = () =>
      sequential([Input([features]), Dense(4), BatchNormalization(), Dense(3, { activation: "softmax" })]);
    const model = network();
    const error = await fitAndFail(model, spoiled(80, 17), ordered);
    expect(error.message).toMatch(/batch 3 of 10 \(step 2\): the input is NaN in sample/);
    const weights = bits(await model.getWeights());
    model.dispose();
    const before = await train(engine(), tinyData(16), {
      ...ordered,
      optimizer: optimizer(),
      model: network(),
    });
    expect(weights).toEqual(before.weights);
  });

  it("is found in a second fit, whose steps count on", async () => {
    const model = tinyNetwork();
    const settings = { optimizer: optimizer(), loss: "categorical_crossentropy", engine: engine() };
    await model.compile(settings);
    await model.fit(tinyData(24), ordered);
    await expect(model.fit(spoiled(24, 10), { ...ordered, epochs: 2 })).rejects.toThrow(
      /in epoch 1, batch 2 of 3 \(step 4\): the input is NaN in sample/,
    );
    model.dispose();
  });

  it("does not keep the model from training on", async () => {
    const model = tinyNetwork();
    await fitAndFail(model, spoiled(24, 0), ordered);
    const history = await model.fit(tinyData(24), ordered);
    expect(Number.isFinite(history.last("loss"))).toBe(true);
    model.dispose();
  });
});
