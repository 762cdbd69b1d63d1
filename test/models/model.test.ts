import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError, WgradError } from "../../engine/errors.ts";
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  Input,
  input,
  MaxPooling2D,
  model,
  sequential,
} from "../../models/index.ts";
import { svhnCNetwork } from "../../models/networks/svhn-c.ts";

const unchecked = (value: string) => value as "relu";

describe("sequential", () => {
  it("names layers as Keras does", () => {
    expect(svhnCNetwork().layers.map(({ name }) => name)).toEqual([
      "input_1",
      "conv2d_1",
      "max_pooling2d_1",
      "conv2d_2",
      "max_pooling2d_2",
      "flatten_1",
      "dense_1",
      "dense_2",
    ]);
    expect(svhnCNetwork().weights.map(({ path }) => path)).toEqual([
      "conv2d_1/kernel",
      "conv2d_1/bias",
      "conv2d_2/kernel",
      "conv2d_2/bias",
      "dense_1/kernel",
      "dense_1/bias",
      "dense_2/kernel",
      "dense_2/bias",
    ]);
  });

  it("keeps given names and skips them in counting", () => {
    const net = sequential([Input([2]), Dense(2, { name: "dense_1" }), Dense(2), Dense(2, { name: "head" })]);
    expect(net.layers.slice(1).map(({ name }) => name)).toEqual(["dense_1", "dense_2", "head"]);
    const twice = () => sequential([Input([2]), Dense(2, { name: "a" }), Dense(2, { name: "a" })]);
    expect(twice).toThrow(new ArgumentError('model: two layers are named "a".'));
  });

  it("needs an Input first and something after it", () => {
    expect(() => sequential([Dense(3)])).toThrow(/^sequential: the first layer must be Input\(shape\)/);
    expect(() => sequential([Dense(3), Dense(2)])).toThrow(ArgumentError);
    expect(() => sequential([Input([3])])).toThrow(ArgumentError);
    expect(() => sequential([])).toThrow(ArgumentError);
  });

  it("says which layer cannot take what is before it", () => {
    const image = Input([8, 8, 3]);
    expect(() => sequential([Input([]), Dense(3)])).toThrow(
      new ShapeError("Dense: expects inputs [..., features], got [] (without the batch axis)."),
    );
    expect(() => sequential([Input([8]), Conv2D(4, 3, { name: "first" })])).toThrow(
      new ShapeError("first: expects inputs [h,w,c], got [8] (without the batch axis)."),
    );
    expect(() => sequential([image, MaxPooling2D(9)])).toThrow(ShapeError);
    expect(() => sequential([Input([0]), Dense(3)])).toThrow(ShapeError);
  });

  it("refuses options out of range, with the nearest name", () => {
    expect(() => Dense(3, { activation: unchecked("rleu") })).toThrow(
      /^Dense: unknown activation "rleu", did you mean "relu"\? One of linear, relu/,
    );
    expect(() => Activation(unchecked("toString"))).toThrow(ArgumentError);
    expect(() => Conv2D(3, 3, { activation: unchecked("sigmoidal") })).toThrow(/did you mean "sigmoid"/);
    for (const units of [0, -1, 2.5, Number.NaN]) {
      expect(() => Dense(units)).toThrow(ArgumentError);
      expect(() => Conv2D(units, 3)).toThrow(ArgumentError);
      expect(() => Conv2D(3, units)).toThrow(ArgumentError);
    }
    for (const rate of [1, -0.1, Number.NaN]) expect(() => Dropout(rate)).toThrow(ArgumentError);
  });
});

describe("model", () => {
  it("builds residual graphs and counts shared layers once", () => {
    const x = input([4]);
    const shared = Dense(4);
    const y = Add().apply([shared.apply(x), x]);
    const net = model({ inputs: x, outputs: shared.apply(y) });
    expect(net.parameterCount).toBe(20);
    expect(net.summary().rows.map(({ name, parameters }) => [name, parameters])).toEqual([
      ["input_1", 0],
      ["dense_1", 20],
      ["add_1", 0],
      ["dense_1", 0],
    ]);
  });

  it("refuses inputs that are missing or unused", () => {
    const [a, b] = [input([3]), input([3])];
    const sum = Add().apply([a, b]);
    expect(() => model({ inputs: a, outputs: sum })).toThrow(/input that is not listed/);
    expect(() => model({ inputs: [a, b], outputs: Dense(2).apply(a) })).toThrow(/no output depends on/);
  });

  it("says that it must be compiled first", async () => {
    const net = svhnCNetwork();
    await expect(net.getWeights()).rejects.toThrow(WgradError);
    await expect(net.fit({ inputs: new Float32Array(3072), inputShape: [32, 32, 3] })).rejects.toThrow(
      "sequential_1 is not compiled: await model.compile({ optimizer, loss }) first.",
    );
  });
});

describe("summary", () => {
  it("is what String() gives", () => {
    const net = svhnCNetwork();
    expect(String(net)).toBe(net.summaryText());
  });

  // keras.utils.print_summary of Keras 2.2: columns at 29 and 55 of 65
  it("of a chain has Keras's layout", () => {
    const line = "_".repeat(65);
    expect(svhnCNetwork().summaryText().split("\n")).toEqual([
      "Model: sequential_1",
      line,
      "Layer (type)                 Output Shape              Param #",
      "=".repeat(65),
      "conv2d_1 (Conv2D)            (None, 32, 32, 16)        1216",
      line,
      "max_pooling2d_1 (MaxPooling2 (None, 16, 16, 16)        0",
      line,
      "conv2d_2 (Conv2D)            (None, 16, 16, 512)       401920",
      line,
      "max_pooling2d_2 (MaxPooling2 (None, 8, 8, 512)         0",
      line,
      "flatten_1 (Flatten)          (None, 32768)             0",
      line,
      "dense_1 (Dense)              (None, 20)                655380",
      line,
      "dense_2 (Dense)              (None, 10)                210",
      "=".repeat(65),
      "Total params: 1,058,726",
      "Trainable params: 1,058,726",
      "Non-trainable params: 0",
      line,
    ]);
  });

  // keras.utils.print_summary of Keras 2.2 for graphs: columns at 32, 53 and 65 of 98, a line per connection
  it("of a graph shows the connections as Keras does", () => {
    const line = "_".repeat(98);
    const [a, b] = [input([4]), input([4])];
    const shared = Dense(4);
    const inner = sequential([Input([4]), Dense(3), Dense(4, { trainable: false })], { name: "inner" });
    const y = Add().apply([inner.apply(shared.apply(a)), shared.apply(b)]);
    expect(
      model({ inputs: [a, b], outputs: y })
        .summaryText()
        .split("\n"),
    ).toEqual([
      "Model: model_1",
      line,
      "Layer (type)                    Output Shape         Param #     Connected to",
      "=".repeat(98),
      "input_1 (InputLayer)            (None, 4)            0",
      line,
      "dense_1 (Dense)                 (None, 4)            20          input_1[0][0]",
      "                                                                 input_2[0][0]",
      line,
      "inner (Sequential)              (None, 4)            31          dense_1[0][0]",
      line,
      "input_2 (InputLayer)            (None, 4)            0",
      line,
      "add_1 (Add)                     (None, 4)            0           inner[0][0]",
      "                                                                 dense_1[1][0]",
      "=".repeat(98),
      "Total params: 51",
      "Trainable params: 35",
      "Non-trainable params: 16",
      line,
    ]);
  });

  it("counts what is frozen as non-trainable", () => {
    const net = sequential([
      Input([2, 2, 3]),
      BatchNormalization(),
      Flatten(),
      Dense(4, { trainable: false }),
      Dense(2),
    ]);
    expect(net.summary()).toMatchObject({ total: 12 + 52 + 10, trainable: 6 + 10, nonTrainable: 6 + 52 });
  });
});
