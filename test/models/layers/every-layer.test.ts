/** @file What holds for every layer, one test each per example. */
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { matmul } from "../../../kernels/dense/matmul.ts";
import { reshape } from "../../../kernels/shape/reshape.ts";
import * as w from "../../../models/index.ts";
import * as exported from "../../../models/layers/index.ts";
import { architectureOf } from "../../../models/saving/architecture.ts";
import { layerClasses, modelFrom } from "../../../models/saving/build.ts";
import { useEngine } from "../../support/engine.ts";
import { halfRounding, hasHalf } from "../../support/half.ts";
import { randomArray } from "../../support/random.ts";
import { withBindingLimit } from "../tiny.ts";
import { type LayerExample, layerExamples, makeExample } from "./examples.ts";

const engine = useEngine();
const shared = { trainable: false, activityRegularizer: w.l1(0.5) };

/** A model with nothing but the layer in it. */
function modelOf(example: LayerExample, options: w.LayerOptions = {}): w.Model {
  const inputs = example.inputs.map((shape) => w.input(shape));
  return w.model({ inputs, outputs: makeExample(example, options).apply(inputs) });
}

/** What is public of a layer, and its weights. */
function settings(layer: w.Layer) {
  const { variables, ...fields } = { ...layer } as Record<string, unknown> & Pick<w.Layer, "variables">;
  const weights = variables.map(({ name, shape, trainable, regularizer, initializer }) => ({
    ...{ name, shape, trainable, regularizer },
    start: initializer(shape, { seed: 3, stream: 4 }),
  }));
  const { tied: _, options: __, ...own } = fields; // as they were given: by name, or made
  return { ...own, weights };
}

const compiled = async (model: w.Model, loss = "mse") => {
  await model.compile({ optimizer: "sgd", loss, engine: engine(), seed: 5 });
  return model;
};

describe("the examples", () => {
  it("are of every layer that the models export", () => {
    const factories = Object.entries(exported).filter(([name, value]) => {
      return typeof value === "function" && /^[A-Z]/.test(name) && !String(value).startsWith("class");
    });
    expect(layerExamples.map(({ name }) => name).sort()).toEqual(
      factories
        .map(([name]) => name)
        .filter((name) => name !== "Input")
        .sort(),
    );
  });

  it("are of every class that can be saved, and the class is found by its layer's class name", () => {
    const named = layerExamples
      .map((example) => makeExample(example))
      .map((layer) => [layer.className, layer.constructor]);
    const others = [
      ["InputLayer", exported.InputLayer],
      ["Model", w.Model],
      ["Sequential", w.Sequential],
    ] as const;
    expect(new Map(layerClasses())).toEqual(new Map([...others, ...named] as [string, w.LayerClass][]));
  });
});

describe.each(layerExamples.map((example) => [example.name, example] as const))("%s", (name, example) => {
  it("has Keras's output shape and weights", () => {
    const layer = makeExample(example);
    const output = layer.apply(example.inputs.map((shape) => w.input(shape)));
    expect(output.shape).toEqual(example.output);
    const weights = layer.variables.map((variable) => [variable.name, variable.shape]);
    expect(Object.fromEntries(weights)).toEqual(example.weights);
    const { rows, total } = modelOf(example).summary();
    expect(rows.at(-1)).toMatchObject({ type: name, outputShape: example.output });
    if (name !== "DenseTranspose") expect(total).toBe(layer.parameterCount);
  });

  it("refuses what stands in the place of options, options that it has not, and inputs of other ranks", () => {
    const { make } = example;
    for (const lost of [2, "same", true, [2, 2], () => 1]) {
      const args: readonly unknown[] = [...example.args(), lost];
      expect(() => make(...(args as never[])), String(lost)).toThrow(ArgumentError);
    }
    expect(() => makeExample(example, { padding_: "same" } as object)).toThrow("there is no option padding_");
    const takesAll = [
      ...["Activation", "BatchNormalization", "Dense", "Dropout", "Flatten", "GaussianNoise", "Lambda"],
      ...["LayerNormalization", "LeakyReLU", "PReLU", "ReLU", "Rescaling", "Softmax"],
    ];
    if (takesAll.includes(name)) return;
    const wrong = Array.from(example.inputs, (_, i) => w.input(i === 0 ? [2, 2, 2, 2, 7] : [3]));
    expect(() => makeExample(example).apply(wrong)).toThrow(ShapeError);
  });

  it("is made again by its settings, with variables of its own", () => {
    const layer = makeExample(example, shared);
    const inputs = example.inputs.map((shape) => w.input(shape));
    const output = layer.apply(inputs);
    const twin = layer.twin((tied) => tied);
    expect(twin).not.toBe(layer);
    expect(twin.constructor).toBe(layer.constructor);
    expect(settings(twin)).toEqual(settings(layer));
    for (const variable of twin.variables) expect(layer.variables).not.toContain(variable);
    expect(twin.apply(inputs).shape).toEqual(output.shape);
    expect(Object.keys(twin.getConfig())).toEqual(expect.arrayContaining(Object.keys(example.options)));
  });

  it("comes back the same from JSON", () => {
    const model = modelOf(example, { ...shared, name: "the_layer" });
    if (example.unsaveable) {
      expect(() => architectureOf(model)).toThrow("the_layer: compute of a Lambda is a function");
      return;
    }
    const { layers, leftOut } = architectureOf(model);
    expect(leftOut).toEqual([]);
    const again = modelFrom(JSON.parse(JSON.stringify(layers)), {});
    expect(settings(again.getLayer("the_layer"))).toEqual(settings(model.getLayer("the_layer")));
    expect(architectureOf(again).layers).toEqual(layers);
  });

  it("computes the same in two halves of a batch and in micro-batches, trained too", async () => {
    if (name === "Lambda") return; // it says that it crosses samples
    const samples = 6;
    const inputs = Object.fromEntries(
      modelOf(example).inputNames.map((input, i) => [
        input,
        Float32Array.from(randomArray([samples, ...example.inputs[i]!], 20 + i).data),
      ]),
    );
    const predict = async (batchSize: number) => {
      const model = await compiled(modelOf(example));
      const output = await model.predict({ inputs }, { batchSize });
      model.dispose();
      return output;
    };
    const whole = await predict(samples);
    const halves = await predict(3);
    expect(whole.length).toBe(samples * example.output.reduce((product, size) => product * size, 1));
    for (const [i, value] of halves.entries()) expect(value).toBeCloseTo(whole[i]!, 5);
    if (name === "BatchNormalization") return;

    const train = async (bytes: number) => {
      const plans: (readonly number[])[] = [];
      const model = await compiled(modelOf(example));
      const targets = new Float32Array(whole.length);
      const fit = () =>
        model.fit({ inputs, targets }, { batchSize: samples, onPlan: (plan) => plans.push(plan) });
      const { history } = await withBindingLimit(engine(), bytes, fit);
      const weights = await model.getWeights();
      model.dispose();
      return { plans, weights, loss: history.loss![0]! };
    };
    const whole2 = await train(2 ** 27);
    const perSample =
      4 * Math.max(...[...example.inputs, example.output].map((shape) => shape.reduce((a, b) => a * b, 1)));
    const split = await train(Math.max(4096, 3 * perSample + 256));
    expect(split.loss).toBeCloseTo(whole2.loss, 4);
    for (const [path, values] of whole2.weights)
      for (const [i, value] of split.weights.get(path)!.entries()) expect(value).toBeCloseTo(values[i]!, 4);
  });

  it.skipIf(!hasHalf)("has the loss of float32 in mixed precision", async () => {
    const inputs = Object.fromEntries(
      example.inputs.map((shape, i) => [`x${i}`, Float32Array.from(randomArray([4, ...shape], 30 + i).data)]),
    );
    const targets = new Float32Array(4 * example.output.reduce((product, size) => product * size, 1));
    const lossIn = async (precision: "float32" | "mixed") => {
      const given = example.inputs.map((shape, i) => w.input(shape, { name: `x${i}` }));
      // what Dense gives is f16 in mixed precision, of inputs of any shape
      const halves = given.map((x) => w.Dense(x.shape.at(-1)!, { activation: "tanh" }).apply(x));
      const output = makeExample(example).apply(halves);
      const model = await compiled(w.model({ inputs: given, outputs: output }));
      const { history } = await model.fit({ inputs, targets }, { batchSize: 4, precision });
      model.dispose();
      return history.loss![0]!;
    };
    const expected = await lossIn("float32");
    expect(Number.isFinite(expected)).toBe(true);
    expect(Math.abs((await lossIn("mixed")) - expected)).toBeLessThan(
      20 * halfRounding * (1 + Math.abs(expected)),
    );
  });
});

describe("Lambda", () => {
  it("takes several inputs, and says at compile() where its output shape is another", async () => {
    const [a, b] = [w.input([2, 3]), w.input([3, 2])];
    const product = w.Lambda(([x, y]) => matmul(x!, y!), { outputShape: ([x, y]) => [x![0]!, y![1]!] });
    const model = await compiled(w.model({ inputs: [a, b], outputs: product.apply([a, b]) }));
    const ramp = Float32Array.of(1, 2, 3, 4, 5, 6);
    const output = await model.predict({ inputs: { input_1: ramp, input_2: ramp } });
    expect([...output]).toEqual([22, 28, 49, 64]); // [[1, 2, 3], [4, 5, 6]] [[1, 2], [3, 4], [5, 6]]
    model.dispose();
    const wrong = w.sequential([w.Input([4]), w.Lambda((x) => reshape(x, [-1, 2, 2]))]);
    await expect(compiled(wrong)).rejects.toThrow("lambda_1: the function gives [1,2,2], [1,4] is expected.");
    const nothing = w.sequential([w.Input([4]), w.Lambda((() => 3) as never)]);
    await expect(compiled(nothing)).rejects.toThrow("lambda_1: the function must return a tensor, got 3.");
  });
});
