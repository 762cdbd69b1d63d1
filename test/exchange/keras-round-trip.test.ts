/** @file A model to Keras's files and back: the same predictions to the last bit, weights and settings. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KerasFormat, kerasBytes, loadKerasModel, loadKerasWeights } from "../../exchange/index.ts";
import { kerasModel } from "../../exchange/keras/write-graph.ts";
import * as wgrad from "../../models/index.ts";
import { useEngine } from "../support/engine.ts";
import { properties } from "../support/properties.ts";
import { randomModel } from "./random-model.ts";

const engine = useEngine();
const never = (text: string) => expect.fail(text);
const images = Float32Array.from({ length: 2 * 6 * 6 * 3 }, (_, i) => Math.sin(i * 1.7));
const described = (model: wgrad.Model) => JSON.parse(JSON.stringify(kerasModel(model, 3, never))) as unknown;

describe.each<KerasFormat>(["keras", "h5"])("%s", (format) => {
  it("gives the same model back", async () => {
    await fc.assert(
      fc.asyncProperty(randomModel, async (model) => {
        model.initialize(engine(), 3);
        const back = await loadKerasModel(await kerasBytes(model, { format, note: never }), { note: never });
        back.initialize(engine(), 5);
        try {
          expect(described(back)).toEqual(described(model));
          expect(await back.getWeights()).toEqual(await model.getWeights());
          expect(await back.predict(images)).toEqual(await model.predict(images));
        } finally {
          back.dispose();
          model.dispose();
        }
      }),
      properties,
    );
  });
});

it("weights.h5: the weights into another model of the same layers", async () => {
  await fc.assert(
    fc.asyncProperty(randomModel, async (model) => {
      model.initialize(engine(), 3);
      const other = await model.clone();
      await loadKerasWeights(other, await kerasBytes(model, { format: "weights.h5", note: never }));
      other.initialize(engine(), 5);
      expect(await other.getWeights()).toEqual(await model.getWeights());
      other.dispose();
      model.dispose();
    }),
    properties,
  );
});

it.each([
  wgrad.sgd({ momentum: 0.9, nesterov: true, decay: 1e-4, clipNorm: 2 }),
  wgrad.sgd(),
  wgrad.adam({ learningRate: 0.003, beta1: 0.8 }),
  wgrad.adamw(),
  wgrad.adamax(),
  wgrad.rmsprop(),
  wgrad.adagrad(),
  wgrad.adadelta(),
])("keras: training goes on from the moments of $name", async (optimizer) => {
  const model = wgrad.sequential([wgrad.Input([4]), wgrad.Dense(5, { activation: "relu" }), wgrad.Dense(3)]);
  await model.compile({ engine: engine(), optimizer, loss: "softmax_crossentropy", metrics: ["accuracy"] });
  const [x, y] = [images.slice(0, 16), wgrad.toCategorical([0, 1, 2, 1], 3)];
  await model.trainOnBatch(x, y);
  await model.trainOnBatch(x, y);
  const bytes = await kerasBytes(model, { note: never });
  const back = await loadKerasModel(bytes, { compile: { engine: engine() }, note: never });
  expect(back.compiled!.metrics).toEqual(["accuracy"]);
  for (let step = 0; step < 3; step++)
    expect(await back.trainOnBatch(x, y)).toEqual(await model.trainOnBatch(x, y));
  expect(await back.getWeights()).toEqual(await model.getWeights());
  back.dispose();
  model.dispose();
});

it("names what Keras does not have by its path", async () => {
  const tied = wgrad.Dense(3, { name: "code" });
  const model = wgrad.sequential([wgrad.Input([4]), tied, wgrad.DenseTranspose(tied, { name: "back" })], {
    name: "ae",
  });
  await expect(kerasBytes(model)).rejects.toThrow("ae/back: Keras has no layer DenseTranspose");
  const own = wgrad.sequential([wgrad.Input([4]), wgrad.Activation((x) => x, { name: "mine" })], {
    name: "m",
  });
  await expect(kerasBytes(own)).rejects.toThrow("m/mine: activation: is a function");
});
