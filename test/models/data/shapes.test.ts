import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { sizeOf } from "../../../engine/shape.ts";
import { GpuDataset, type HostDataset } from "../../../kernels/gather/index.ts";
import {
  Conv2D,
  constant,
  Dense,
  Flatten,
  Input,
  type Model,
  type SampleWeight,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

async function compiled(net: Model, loss = "mse"): Promise<Model> {
  await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 0 }), loss });
  return net;
}

/** Every way in refuses the data with this error, before anything changes; `trains`: those that compute a loss too. */
async function expectRefusal(
  net: Model,
  data: HostDataset,
  kind: new (text: string) => Error,
  message: RegExp,
) {
  using dataset = GpuDataset.upload(engine(), data);
  const sound = { inputs: new Float32Array(sizeOf(net.inputShape)), targets: [0] };
  const calls: [string, () => Promise<unknown>][] = [
    ["fit", () => net.fit(data)],
    ["fit", () => net.fit(dataset)],
    ["fit", () => net.fit({ dataset, indices: Uint32Array.of(0) })],
    ["fit: validationData", () => net.fit(sound, { validationData: data })],
    ["fit: evaluationSets.test", () => net.fit(sound, { evaluationSets: { test: dataset } })],
    ["fit: batch 1 of epoch 1", () => net.fit([data])],
    ["evaluate", () => net.evaluate(data)],
    ["evaluate", () => net.evaluate(dataset)],
  ];
  for (const [what, call] of calls) {
    const error = await call().catch((cause: unknown) => cause);
    expect(error, what).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message.startsWith(`${what}: `), (error as Error).message).toBe(true);
  }
  expect((await net.session.step.read()).step).toBe(0);
}

describe("a data set's shape is the model's", () => {
  const image = () => compiled(sequential([Input([4, 6, 1]), Conv2D(1, 3), Flatten(), Dense(1)]));
  const values = Float32Array.from({ length: 24 }, (_, i) => i);

  it.each([[[6, 4, 1]], [[24]], [[4, 6]], [[2, 3, 1]], [[1, 4, 6, 1]]])("not %j", async (inputShape) => {
    const net = await image();
    const count = 24 / inputShape.reduce((a, b) => a * b);
    const data = { inputs: values, inputShape, targets: new Float32Array(count), targetShape: [1] };
    const message = new RegExp(`inputs are \\[${inputShape}\\], input_1 takes \\[4,6,1\\]\\.$`);
    await expectRefusal(net, data, ShapeError, message);
    using dataset = GpuDataset.upload(engine(), data);
    for (const source of [data, dataset]) {
      await expect(net.predict(source)).rejects.toThrow(ShapeError);
      await expect(net.predict(source)).rejects.toThrow(message);
    }
    net.dispose();
  });

  it("also of its targets, and of inputs that are the targets", async () => {
    const net = await image();
    const pairs = { inputs: values, inputShape: [4, 6, 1], targets: new Float32Array(2), targetShape: [2] };
    await expectRefusal(net, pairs, ShapeError, /targets are \[2\], dense_\d gives \[1\]\.$/);
    const alone = { inputs: values, inputShape: [4, 6, 1] };
    await expectRefusal(
      net,
      alone,
      ShapeError,
      /which are the targets too, are \[4,6,1\], dense_\d gives \[1\]/,
    );
    net.dispose();
  });

  it("and of tensors that a model is called with", async () => {
    const net = await image();
    const x = engine().zeros([1, 6, 4, 1]);
    const call = () => net.run(x, { training: false, stream: 0 });
    expect(call).toThrow(/input 0 must be \[4,6,1\], got \[6,4,1\]/);
    net.dispose();
  });
});

describe("labels", () => {
  const classifier = (loss: string, units = 3) =>
    compiled(sequential([Input([2]), Dense(units, { activation: "softmax" })]), loss);
  const inputs = new Float32Array(24);
  const labels = Array.from({ length: 12 }, (_, i) => (i === 5 ? 7 : i % 3));

  it.each([
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
  ])("beyond the outputs of %s are named", async (loss) => {
    const net = await classifier(loss);
    const message = /the label of sample 5 is 7, expected a whole number from 0 to 2/;
    for (const classes of [{ classes: 10 }, {}])
      await expectRefusal(net, { inputs, inputShape: [2], labels, ...classes }, ArgumentError, message);
    for (const call of [
      () => net.fit({ inputs, targets: labels }),
      () => net.evaluate({ inputs, targets: labels }),
      () => net.trainOnBatch(inputs, labels),
      () => net.testOnBatch(inputs, labels),
      () => net.fit([{ inputs, targets: labels }]),
    ])
      await expect(call()).rejects.toThrow(message);
    net.dispose();
  });

  it("must be of as many classes as there are outputs, and below them", async () => {
    const sound = labels.map((label) => Math.min(label, 2));
    const data = { inputs, inputShape: [2], labels: sound };
    const rows = await classifier("categorical_crossentropy");
    for (const classes of [2, 4]) {
      const said = { ...data, labels: sound.map((label) => Math.min(label, 1)), classes };
      await expectRefusal(
        rows,
        said,
        ShapeError,
        new RegExp(`has ${classes} classes, dense_1 gives \\[3\\]`),
      );
    }
    rows.dispose();
    const sparse = await classifier("sparse_categorical_crossentropy");
    await expectRefusal(sparse, { ...data, classes: 4 }, ShapeError, /has 4 classes, dense_1 gives \[3\]/);
    await sparse.fit({ ...data, labels: sound.map(() => 1), classes: 2 }); // fewer classes than outputs are no fault
    expect(() => GpuDataset.upload(engine(), { ...data, classes: 2 })).toThrow(/the label of sample 2 is 2/);
    await expect(sparse.fit({ ...data, classes: 2 })).rejects.toThrow(
      /the label of sample 2 is 2.* from 0 to 1/,
    );
    sparse.dispose();
  });

  it("are what a sparse loss takes, and a single number does not", async () => {
    const sparse = await classifier("sparse_categorical_crossentropy");
    const targets = new Float32Array(36);
    const rows = { inputs, inputShape: [2], targets, targetShape: [3] };
    await expectRefusal(
      sparse,
      rows,
      ArgumentError,
      /the loss of dense_1 takes labels, which the data set has not/,
    );
    await expect(sparse.fit({ inputs, targets })).rejects.toThrow(
      /targets of dense_1 are 36 values for 12 samples of \[3\]: 12 class labels are expected/,
    );
    sparse.dispose();
    const number = await classifier("binary_crossentropy", 1);
    const binary = { inputs, inputShape: [2], labels: labels.map((label) => label % 2) };
    await expectRefusal(
      number,
      binary,
      ShapeError,
      /one label for each sample, dense_1 gives \[1\]\. For a single number/,
    );
    number.dispose();
  });

  it.each([
    [
      "labels beside targets",
      { labels: [0, 1], targets: [0, 1], targetShape: [1] },
      /has labels and targets/,
    ],
    ["classes without labels", { classes: 3 }, /has classes, but no labels/],
    ["a shape of labels without labels", { labelShape: [1] }, /has labelShape, but no labels/],
    ["a shape without targets", { targetShape: [1] }, /has targetShape, but no targets/],
    ["a scale without targets", { targetScale: 2 }, /has targetScale, but no targets/],
    ["a scale of 0", { scale: 0 }, /scale must be a number other than 0, got 0/],
    ["too few labels", { labels: [0] }, /1 labels for 2 samples/],
    ["another field", { lables: [0, 1] }, /there is no option lables\. Did you mean labels\?/],
  ])("%s: refused by every way in", async (_, fields, message) => {
    const net = await classifier("categorical_crossentropy");
    const data = { inputs: new Float32Array(4), inputShape: [2], ...fields } as HostDataset;
    expect(() => GpuDataset.upload(engine(), data)).toThrow(message);
    for (const call of [
      () => net.fit(data),
      () => net.evaluate(data),
      () => net.predict(data),
      () => net.fit([data]),
    ])
      await expect(call()).rejects.toThrow(message);
    net.dispose();
  });

  it("surplus fields of arrays and parts of a data set are refused too", async () => {
    const net = await classifier("categorical_crossentropy");
    const arrays = { inputs: new Float32Array(4), targets: [0, 1], classes: 3 };
    for (const call of [() => net.fit(arrays), () => net.predict(arrays), () => net.fit([arrays])])
      await expect(call()).rejects.toThrow(
        /there is no option classes\. It has inputs, targets, scale, targetScale/,
      );
    const alone = { inputs: new Float32Array(4), targetScale: 2 };
    await expect(net.fit(alone)).rejects.toThrow(/has targetScale, but no targets/);
    using dataset = GpuDataset.upload(engine(), {
      inputs: new Float32Array(4),
      inputShape: [2],
      labels: [0, 1],
      classes: 3,
    });
    const part = { dataset, sampleWeight: [1, 1] };
    await expect(net.fit(part)).rejects.toThrow(
      /there is no option sampleWeight\. It has dataset, indices, transform/,
    );
    const host = { dataset: arrays } as unknown as { dataset: GpuDataset };
    await expect(net.evaluate(host)).rejects.toThrow(/dataset must be on the GPU: GpuDataset\.upload/);
    net.dispose();
  });
});

describe("sample weights", () => {
  const inputs = Float32Array.of(1, 1);
  const targets = [0, 2]; // the outputs are 0: losses 0 and 4
  const zero = () => compiled(sequential([Input([1]), Dense(1, { kernelInitializer: constant(0) })]));

  it("may come with the data, by every way in", async () => {
    const net = await zero();
    const data = { inputs, targets, sampleWeight: [1, 3] };
    const shaped = { ...data, targets: Float32Array.from(targets), inputShape: [1], targetShape: [1] };
    const losses = [
      (await net.fit(data)).last("loss"),
      (await net.fit(shaped)).last("loss"),
      (await net.evaluate(data)).loss,
      (await net.evaluate(shaped)).loss,
      (await net.testOnBatch(inputs, targets, { sampleWeight: [1, 3] })).loss,
      (await net.trainOnBatch(inputs, targets, { sampleWeight: [1, 3] })).loss,
      (await net.fit([data, shaped])).last("loss"),
      (await net.fit({ inputs, targets }, { validationData: data })).last("val_loss"),
      (await net.fit({ inputs, targets }, { evaluationSets: { test: shaped } })).last("test_loss"),
    ];
    expect(losses).toEqual(losses.map(() => 6));
    expect([...(await net.predict(data))]).toEqual([0, 0]);
    const byClass: object = { classWeight: { 0: 1, 2: 1 } };
    await expect(net.testOnBatch(inputs, targets, byClass)).rejects.toThrow(/there is no option classWeight/);
    net.dispose();
  });

  it("are refused if they are given twice, are too few, or no numbers", async () => {
    const net = await zero();
    const given = (sampleWeight: unknown) => ({
      inputs,
      targets,
      sampleWeight: sampleWeight as SampleWeight,
    });
    await expect(net.fit(given([1, 1]), { sampleWeight: [1, 1] })).rejects.toThrow(
      /sampleWeight is given twice, with the data and as an option/,
    );
    for (const [weights, message] of [
      [[1, 1, 1], /3 weights for 2 samples/],
      [[], /0 weights for 2 samples/],
      [[1, Number.NaN], /the weight of sample 1 is NaN/],
      [[Number.POSITIVE_INFINITY, 1], /the weight of sample 0 is Infinity/],
      [[1e39, 1], /the weight of sample 0 is 1e\+39/],
      [["1", "2"], /the weight of sample 0 is "1"/],
      [null, /must be weights or a record of them, got null/],
    ] as const)
      await expect(net.fit(given(weights))).rejects.toThrow(message);
    net.dispose();
  });

  it("by class are refused for masks and for labels by pixel, as by Keras", async () => {
    const masks = await compiled(
      sequential([Input([2, 2, 1]), Conv2D(1, 1, { activation: "sigmoid" })]),
      "binary_crossentropy",
    );
    const data = { inputs: new Float32Array(8), targets: [0, 1, 1, 1, 1, 0, 0, 0] };
    const options = { classWeight: { 0: 1, 1: 10 } };
    const message =
      /classWeight: conv2d_1 gives \[2,2,\d\]: a sample of several values by place has no class/;
    await expect(masks.fit(data, options)).rejects.toThrow(message);
    await expect(masks.trainOnBatch(data.inputs, data.targets, options)).rejects.toThrow(message);
    await expect(masks.fit([data], options)).rejects.toThrow(message);
    masks.dispose();
    const layers = [Input([2, 2, 1]), Conv2D(2, 1, { activation: "softmax" })];
    const pixels = await compiled(sequential(layers), "sparse_categorical_crossentropy");
    await expect(pixels.fit(data, options)).rejects.toThrow(message);
    using dataset = GpuDataset.upload(engine(), {
      inputs: data.inputs,
      inputShape: [2, 2, 1],
      labels: data.targets,
      labelShape: [2, 2],
      classes: 2,
    });
    await expect(pixels.fit(dataset, options)).rejects.toThrow(message);
    pixels.dispose();
  });
});
