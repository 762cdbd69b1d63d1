import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import { corrupt } from "../../../kernels/augment/index.ts";
import { scale } from "../../../kernels/elementwise/index.ts";
import { GpuDataset, type HostDataset } from "../../../kernels/gather/index.ts";
import {
  Dense,
  type FitOptions,
  Input,
  type InputTransform,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { bits, features, tinyData } from "../tiny.ts";

const engine = useEngine();
const data = tinyData(22); // batches of 8, 8 and 6
const doubled: InputTransform = { apply: (x) => scale(x, 2) };
const noisy: InputTransform = {
  apply: (x, order) => corrupt(x, order, { kind: "gaussian", stddev: 0.5 }, { stream: 5, fresh: true }),
};

/** Weights after training an autoencoder, or a classifier if the data has labels. */
async function fitted(host: HostDataset, options: FitOptions & { transform?: InputTransform }) {
  const { transform, ...fit } = options;
  const outputs = host.labels ? host.classes! : features;
  const model = sequential([Input([features]), Dense(outputs, { activation: "softmax" })]);
  const loss = host.labels ? "categorical_crossentropy" : "mse";
  await model.compile({ engine: engine(), optimizer: sgd({ learningRate: 0.1 }), loss, seed: 3 });
  const dataset = GpuDataset.upload(engine(), host);
  try {
    const source = { dataset, ...(transform ? { transform } : {}) };
    const history = await model.fit(source, { batchSize: 8, epochs: 2, ...fit });
    return { weights: bits(await model.getWeights()), history };
  } finally {
    model.dispose();
    dataset.dispose();
  }
}

describe("a transform of the inputs", () => {
  it("is what the network sees", async () => {
    const byHand = { ...data, inputs: data.inputs.map((value) => 2 * value) };
    const transformed = await fitted(data, { transform: doubled });
    expect(transformed.weights).toEqual((await fitted(byHand, {})).weights);
    expect(transformed.weights).not.toEqual((await fitted(data, {})).weights);
  });

  it("leaves the targets of an autoencoder as they are", async () => {
    const { labels: _, classes: __, ...inputs } = data;
    const byHand = { ...inputs, inputs: data.inputs.map((value) => 2 * value), targets: data.inputs };
    const transformed = await fitted(inputs, { transform: doubled });
    expect(transformed.weights).toEqual((await fitted(byHand, {})).weights);
  });

  it("draws its noise again in every epoch, the same when run eagerly", async () => {
    const replayed = await fitted(data, { transform: noisy });
    expect((await fitted(data, { transform: noisy, eager: true })).weights).toEqual(replayed.weights);
    expect((await fitted(data, {})).weights).not.toEqual(replayed.weights);
  });

  it("applies to the part that validationSplit holds out", async () => {
    const byHand = { ...data, inputs: data.inputs.map((value) => 2 * value) };
    const { history } = await fitted(data, { transform: doubled, validationSplit: 0.3 });
    const { history: expected } = await fitted(byHand, { validationSplit: 0.3 });
    expect(history.history.val_loss).toEqual(expected.history.val_loss);
  });

  it("must keep the shape", async () => {
    const flat: InputTransform = { apply: (x) => x.view([x.size]) };
    await expect(fitted(data, { transform: flat })).rejects.toThrow(ShapeError);
    await expect(fitted(data, { transform: flat })).rejects.toThrow(
      "the transform made [40] of inputs [8,5]; it must keep the shape.",
    );
  });
});
