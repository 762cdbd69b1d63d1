/** @file A model to Keras's files and back: the same predictions to the last bit, weights and settings. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type KerasFormat,
  kerasBytes,
  loadKerasModel,
  loadKerasWeights,
  toKeras,
} from "../../exchange/index.ts";
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

/** Of four inputs, compiled, trained for two steps; and what it is trained on. */
const [x, y] = [images.slice(0, 16), wgrad.toCategorical([0, 1, 2, 1], 3)];
async function trained(optimizer: wgrad.Optimizer): Promise<wgrad.Model> {
  const model = wgrad.sequential([wgrad.Input([4]), wgrad.Dense(5, { activation: "relu" }), wgrad.Dense(3)]);
  await model.compile({ engine: engine(), optimizer, loss: "softmax_crossentropy", metrics: ["accuracy"] });
  await model.trainOnBatch(x, y);
  await model.trainOnBatch(x, y);
  return model;
}

describe.each<KerasFormat>(["keras", "h5"])("%s: training goes on from the moments of", (format) => {
  const isKeras3 = format === "keras";
  it.each([
    wgrad.sgd({ momentum: 0.9, nesterov: true, decay: 1e-4, clipNorm: 2 }),
    wgrad.sgd({ clipValue: 0.01 }),
    wgrad.adam({ learningRate: 0.003, beta1: 0.8 }),
    wgrad.adamw(),
    wgrad.adamax(),
    wgrad.nadam({ scheduleDecay: isKeras3 ? 1 : 0.004 }),
    wgrad.rmsprop({ epsilonInRoot: isKeras3 }),
    wgrad.adagrad({ epsilonInRoot: isKeras3, initialAccumulator: 0.1 }),
    wgrad.adadelta(),
  ])("$name", async (optimizer) => {
    const model = await trained(optimizer);
    model.optimizer.learningRate *= 0.5;
    const bytes = await kerasBytes(model, { format, note: never, optimizerState: true });
    const back = await loadKerasModel(bytes, { compile: { engine: engine() }, note: never });
    expect(back.compiled!.metrics).toEqual(["accuracy"]);
    for (let step = 0; step < 3; step++)
      expect(await back.trainOnBatch(x, y)).toEqual(await model.trainOnBatch(x, y));
    expect(await back.getWeights()).toEqual(await model.getWeights());
    back.dispose();
    model.dispose();
  });
});

it.each([
  ["keras", wgrad.rmsprop(), "Keras 3's RMSprop adds epsilon under the root"],
  ["keras", wgrad.adagrad(), "Keras 3's Adagrad adds epsilon under the root"],
  ["keras", wgrad.nadam(), "Keras 3's Nadam has a schedule decay of 1"],
  ["h5", wgrad.rmsprop({ epsilonInRoot: true }), "The file's RMSprop adds epsilon to the root"],
  ["h5", wgrad.nadam({ decay: 0.1 }), "in Keras 2, Nadam's decay is that of its schedule"],
  ["keras", wgrad.sgd({ clipNorm: 1, clipValue: 1 }), "Keras clips by norm or by value, not by both"],
] as const)("%s: says that a formula changes: $1.name", async (format, optimizer, says) => {
  const model = await trained(optimizer);
  const notes: string[] = [];
  await kerasBytes(model, { format, note: (text) => notes.push(text) });
  expect(notes).toEqual([expect.stringContaining(says)]);
  model.dispose();
});

it("numbers that Keras takes as floats alone are written as floats", async () => {
  const model = await trained(wgrad.sgd({ learningRate: 1 }));
  const text = new TextDecoder("latin1").decode(await kerasBytes(model, { note: never }));
  expect(text).toContain('"learning_rate":1.0,"momentum":0.0,');
  expect(toKeras(model)).toContain("keras.optimizers.SGD(learning_rate=1.0, momentum=0.0, nesterov=False)");
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
