import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import {
  type ArraysByName,
  Concatenate,
  Conv2D,
  Dense,
  Flatten,
  Input,
  input,
  type Model,
  model,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { values } from "../float64.ts";
import { bits, withoutSeconds } from "../tiny.ts";

const engine = useEngine();

const count = 6;
const images = values(count * 4 * 4 * 2, 1);
const labels = [0, 1, 2, 2, 1, 0];
const oneHot = labels.map((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));
const record = { inputs: images, targets: labels };

/** [n, 4, 4, 2] as nested lists */
const nested = Array.from({ length: count }, (_, i) =>
  Array.from({ length: 4 }, (_, y) =>
    Array.from({ length: 4 }, (_, x) => [...images.subarray(((i * 4 + y) * 4 + x) * 2).subarray(0, 2)]),
  ),
);

async function compiled(net: Model, loss: string | string[] = "categorical_crossentropy"): Promise<Model> {
  await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 0.1 }), loss, seed: 2 });
  return net;
}

const classifier = () =>
  compiled(sequential([Input([4, 4, 2]), Conv2D(3, 3), Flatten(), Dense(3, { activation: "softmax" })]));

/** All that comes of training, evaluating and predicting with `x` and `y` in this form. */
async function outcome(x: ArraysByName, y: ArraysByName) {
  const net = await classifier();
  const history = await net.fit(x, y, { epochs: 2, batchSize: 4, validationData: [x, y] });
  const found = [
    withoutSeconds(history),
    bits(await net.getWeights()),
    await net.evaluate(x, y, { batchSize: 4 }),
    [...(await net.predict(x))],
  ];
  net.dispose();
  return found;
}

describe("fit, evaluate and predict on x and y", () => {
  it("do the same with typed arrays, nested lists and tensors as with a record", async () => {
    const net = await classifier();
    const history = await net.fit(record, { epochs: 2, batchSize: 4, validationData: record });
    const expected = [
      withoutSeconds(history),
      bits(await net.getWeights()),
      await net.evaluate(record, { batchSize: 4 }),
      [...(await net.predict(record))],
    ];
    net.dispose();
    const onGpu = engine().keep(engine().tensor(images, [count, 4, 4, 2]));
    const labelsOnGpu = engine().keep(engine().tensor(Uint32Array.from(labels), [count], "u32"));
    expect(await outcome(images, labels)).toEqual(expected);
    expect(await outcome(nested, oneHot)).toEqual(expected);
    expect(await outcome(onGpu, labelsOnGpu)).toEqual(expected);
    expect(await outcome([images], [Int32Array.from(labels)])).toEqual(expected);
    expect(await outcome({ input_1: images }, { dense_1: labels.map((label) => [label]) })).toEqual(expected);
    for (const tensor of [onGpu, labelsOnGpu]) tensor.dispose();
  });

  it("take several inputs and outputs in order or by name, and sample weights", async () => {
    const make = () => {
      const [a, b] = [input([2], { name: "a" }), input([3], { name: "b" })];
      const joined = Concatenate().apply([a, b]);
      const outputs = [Dense(1, { name: "p" }).apply(joined), Dense(2, { name: "q" }).apply(joined)];
      return compiled(model({ inputs: [a, b], outputs }), ["mse", "mae"]);
    };
    const x = { a: values(8, 1), b: values(12, 2) };
    const y = { p: values(4, 3), q: values(8, 4) };
    const forms: [ArraysByName, ArraysByName][] = [
      [x, y],
      [
        [x.a, x.b],
        [y.p, y.q],
      ],
      [{ b: x.b, a: x.a }, y],
    ];
    const results = [];
    for (const [inputs, targets] of forms) {
      const net = await make();
      const history = await net.fit(inputs, targets, { sampleWeight: [1, 2, 3, 4], batchSize: 2 });
      results.push([withoutSeconds(history), await net.predictOutputs(inputs)]);
      net.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const net = await make();
    const history = await net.fit({ inputs: x, targets: y, sampleWeight: [1, 2, 3, 4] }, { batchSize: 2 });
    expect([withoutSeconds(history), await net.predictOutputs({ inputs: x })]).toEqual(results[0]);
    const weighted = { validationData: [x, y, [1, 1, 0, 0]] as const, batchSize: 2 };
    const { val_loss } = (await net.fit(x, y, weighted)).history;
    expect(val_loss![0]).toBeCloseTo((await net.evaluate(x, y, { sampleWeight: [1, 1, 0, 0] })).loss!, 5);
    net.dispose();
  });

  it("take the inputs of an autoencoder for its targets if there is no y", async () => {
    const make = () => compiled(sequential([Input([4]), Dense(2), Dense(4)]), "mse");
    const x = values(20, 1);
    const [own, none] = [await make(), await make()];
    await own.fit(x, x);
    await none.fit(x, undefined, { epochs: 1 });
    expect(bits(await none.getWeights())).toEqual(bits(await own.getWeights()));
    for (const net of [own, none]) net.dispose();
  });

  it("say what does not fit", async () => {
    const net = await classifier();
    const refused = async (x: unknown, y: unknown, message: string | RegExp) => {
      const call = net.fit(x as never, y as never, {});
      await expect(call).rejects.toThrow(message);
      await expect(call).rejects.toThrow(/^fit: /);
    };
    const flat = nested.map((image) => image.flat());
    await refused(flat, labels, "fit: x is [6,16,2], input_1 needs [n,4,4,2].");
    const ragged = [...nested.slice(1), [[[1, 2]]]];
    await refused(ragged, labels, "fit: x: lists of [4,4,2] expected by the first of them, got a list of 1.");
    const text: unknown[][][][] = structuredClone(nested);
    text[2]![1]![1] = [1, "a"];
    await refused(text, labels, 'fit: x: the values must be numbers, got "a".');
    await refused(
      nested,
      oneHot.map((row) => row.slice(1)),
      /y is \[6,2\], dense_1 needs \[n,3\] or \[n\] or \[n,1\]/,
    );
    await refused(images, labels.slice(1), /the targets of dense_1 are 5 values for 6 samples/);
    await refused(record, { batchSize: 2 }, /give \(data, options\), or \(x, y, options\)/);
    await refused(
      { input_1: images },
      { dense_2: labels },
      'fit: y: there is no "dense_2". Did you mean "dense_1"?',
    );
    await expect(net.fit(record, { validationData: [nested] as never })).rejects.toThrow(ArgumentError);
    await expect(net.predict(nested.flat() as never)).rejects.toThrow(ShapeError);
    net.dispose();
  });
});
