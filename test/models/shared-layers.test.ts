import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import {
  Add,
  BatchNormalization,
  Concatenate,
  Conv2D,
  constant,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  Input,
  input,
  type Model,
  model,
  sequential,
  sgd,
} from "../../models/index.ts";
import { expectClose } from "../support/compare.ts";
import { useEngine } from "../support/engine.ts";
import {
  dense64,
  gradientsBy,
  map64,
  mean64,
  numericGradients,
  rowsOf,
  squaredErrors64,
  values,
  type Weights64,
} from "./float64.ts";
import { bits } from "./tiny.ts";

const engine = useEngine();

const rate1 = () => sgd({ learningRate: 1 });

async function compiled(net: Model): Promise<Model> {
  await net.compile({ optimizer: rate1(), loss: "mse", engine: engine() });
  return net;
}

describe("a layer used twice", () => {
  it("has its weights once, and the gradients of both uses add up", async () => {
    // y = head(shared(a) + tanh' of shared(shared(b))): three uses, one of them on another one's output
    const [a, b] = [input([3]), input([3])];
    const shared = Dense(3, { activation: "tanh", name: "shared" });
    const sum = Add().apply([shared.apply(a), shared.apply(shared.apply(b))]);
    const net = await compiled(model({ inputs: [a, b], outputs: Dense(2, { name: "head" }).apply(sum) }));
    expect(net.weights.map(({ path }) => path)).toEqual([
      "shared/kernel",
      "shared/bias",
      "head/kernel",
      "head/bias",
    ]);
    expect(net.parameterCount).toBe(12 + 8);

    const [x1, x2, y] = [values(15, 1), values(15, 2), values(10, 3)];
    const loss = (weights: Weights64) => {
      const use = (x: number[][]) => map64(dense64(x, weights, "shared"), Math.tanh);
      const [first, second] = [use(rowsOf(x1, 3)), use(use(rowsOf(x2, 3)))];
      const joined = first.map((row, i) => row.map((value, j) => value + second[i]![j]!));
      return mean64(squaredErrors64(dense64(joined, weights, "head"), rowsOf(y, 2)));
    };
    const before = await net.getWeights();
    let found: Record<string, number> = {};
    const gradients = await gradientsBy(net, async () => {
      found = await net.trainOnBatch([x1, x2], y);
    });
    expect(found.loss).toBeCloseTo(loss(before), 5);
    for (const [path, expected] of numericGradients(before, loss))
      expectClose(gradients.get(path)!, expected, { terms: 60, scale: 1 }, path);
    net.dispose();
  });

  it("must fit the first use: other images do, other channels do not", () => {
    const dense = Dense(4, { name: "dense" });
    dense.apply(input([9]));
    expect(() => dense.apply(input([5]))).toThrow(
      new ShapeError(
        "dense: was built for inputs [9] with the kernel [9,4]; inputs [5] need [5,4]. Every use of a layer shares its weights.",
      ),
    );
    const filters = Conv2D(4, 3);
    filters.apply(input([8, 8, 3]));
    expect(filters.apply(input([6, 5, 3])).shape).toEqual([4, 3, 4]);
    expect(() => filters.apply(input([8, 8, 1]))).toThrow(ShapeError);
    expect(filters.variables.map(({ shape }) => shape)).toEqual([[3, 3, 3, 4], [4]]);
  });

  it("draws other random numbers in each use", async () => {
    const x = input([64]);
    const drop = Dropout(0.5);
    const inner = sequential([Input([64]), Dropout(0.5)]);
    const outputs = [drop.apply(x), drop.apply(x), inner.apply(x), inner.apply(x), Dropout(0.5).apply(x)];
    const net = await compiled(model({ inputs: x, outputs }));
    const ones = engine().tensor(new Float32Array(256).fill(1), [4, 64]);
    const results = engine().useStep(net.session.step, () =>
      net.callAll([ones], { training: true, stream: 0 }),
    );
    const masks = await Promise.all(results.map(async (result) => (await result.data()).join()));
    expect(new Set(masks).size).toBe(5);
    net.dispose();
  });
});

describe("a model within a model", () => {
  it("gives its weights, by the names of its layers alone where those are unique", () => {
    const encoder = sequential([Input([6]), Dense(4, { name: "code" })], { name: "encoder" });
    const decoder = sequential([Input([4]), Dense(5), Dense(6)], { name: "decoder" });
    const x = input([6]);
    const y = Dense(3).apply(decoder.apply(encoder.apply(x)));
    const net = model({ inputs: x, outputs: y });
    const paths = ["code", "decoder/dense_1", "dense_2", "dense_1"]; // the outer dense_1 keeps its name
    expect(net.weights.map(({ path }) => path)).toEqual(
      paths.flatMap((name) => [`${name}/kernel`, `${name}/bias`]),
    );
    expect(net.layers.map(({ name }) => name)).toEqual(["input_1", "encoder", "decoder", "dense_1"]);
    expect(encoder.weights.map(({ path }) => path)).toEqual(["code/kernel", "code/bias"]);
    const unnamed = [0, 1].map(() => sequential([Input([2]), Dense(2)]));
    const z = input([2]);
    const twice = model({ inputs: z, outputs: unnamed[1]!.apply(unnamed[0]!.apply(z)) });
    expect(twice.layers.map(({ name }) => name)).toEqual(["input_1", "sequential_1", "sequential_2"]);
    expect(twice.weights.map(({ path }) => path)).toContain("sequential_2/dense_1/kernel");
  });

  it("computes and learns what its layers do in a flat model", async () => {
    const flat = await compiled(sequential([Input([3]), Dense(4, { activation: "tanh" }), Dense(2)]));
    const [x, y] = [values(12, 1), values(8, 2)];
    const inner = sequential([Input([3]), Dense(4, { activation: "tanh" })]);
    const nested = await compiled(sequential([Input([3]), inner, Dense(2, { name: "dense_2" })]));
    expect(bits(await nested.getWeights())).toEqual(bits(await flat.getWeights())); // the same streams of numbers
    const data = { inputs: x, inputShape: [3], targets: y, targetShape: [2] };
    const [flatHistory, nestedHistory] = [
      await flat.fit(data, { epochs: 3 }),
      await nested.fit(data, { epochs: 3 }),
    ];
    expect(nestedHistory.history.loss).toEqual(flatHistory.history.loss);
    expect(bits(await nested.getWeights())).toEqual(bits(await flat.getWeights()));
    expect(nested.session.dispatchesPerStep).toBe(flat.session.dispatchesPerStep);
    flat.dispose();
    nested.dispose();
  });

  it("may have several inputs and outputs, of which not all are used", async () => {
    const [a, b] = [input([2], { name: "a" }), input([3], { name: "b" })];
    const joined = Concatenate().apply([a, b]);
    const heads = [Dense(2), Dense(3), Dense(4)].map((layer) => layer.apply(joined));
    const inner = model({ inputs: [a, b], outputs: heads, name: "inner" });
    const [x, y] = [input([2]), input([3])];
    expect(() => inner.apply([x, y])).toThrow("inner: has 3 outputs; applyAll() returns them.");
    const [first, , third] = inner.applyAll([x, y]);
    const net = await compiled(model({ inputs: [x, y], outputs: Concatenate().apply([third!, first!]) }));
    const [v, w] = [values(8, 1), values(12, 2)];
    const predicted = await net.predict({ inputs: [v, w] });
    const weights = await net.getWeights();
    const rows = rowsOf(v, 2).map((row, i) => [...row, ...rowsOf(w, 3)[i]!]);
    const [one, three] = ["dense_1", "dense_3"].map((layer) => dense64(rows, weights, layer));
    expectClose(
      predicted,
      three!.flatMap((row, i) => [...row, ...one![i]!]),
      { terms: 5 },
    );
    expect(() => inner.applyAll([x])).toThrow(/input 1 must be \[3\], got none/);
    expect(() => inner.applyAll([x, y, y])).toThrow(ArgumentError);
    net.dispose();
  });

  it("that is frozen keeps all its weights and statistics", async () => {
    const inner = sequential([Input([3]), BatchNormalization(), Dense(4)], {
      name: "inner",
      trainable: false,
    });
    const net = await compiled(sequential([Input([3]), inner, Dense(2)]));
    expect(net.summary()).toMatchObject({ total: 12 + 16 + 10, trainable: 10 });
    const before = bits(await net.getWeights());
    const data = { inputs: values(24, 1), inputShape: [3], targets: values(16, 2), targetShape: [2] };
    await net.fit(data, { epochs: 2, batchSize: 4 });
    const after = bits(await net.getWeights());
    const changed = () => Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed()).toEqual(["dense_1/kernel", "dense_1/bias"]);
    inner.trainable = true;
    await compiled(net); // keeps the weights
    expect(bits(await net.getWeights())).toEqual(after);
    await net.fit(data, { batchSize: 4 });
    Object.assign(after, bits(await net.getWeights()));
    expect(changed().length).toBe(8);
    net.dispose();
  });

  it("sees images of one network in two uses, as a siamese network does", async () => {
    const tower = sequential([
      Input([4, 4, 1]),
      Conv2D(2, 3, { kernelInitializer: constant(1) }),
      GlobalAveragePooling2D(),
    ]);
    const [a, b] = [input([4, 4, 1]), input([4, 4, 1])];
    const net = await compiled(
      model({ inputs: [a, b], outputs: Flatten().apply(Add().apply([tower.apply(a), tower.apply(b)])) }),
    );
    expect(net.parameterCount).toBe(20);
    // 3x3 windows of ones over four places: 9 from ones, 18 from twos
    const [ones, twos] = [new Float32Array(16).fill(1), new Float32Array(16).fill(2)];
    expect([...(await net.predict({ inputs: [ones, twos] }))]).toEqual([27, 27]);
    net.dispose();
  });
});
