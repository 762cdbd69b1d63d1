import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { GpuDataset } from "../../../kernels/gather/index.ts";
import { NearestNeighbors } from "../../../kernels/neighbors/index.ts";
import { Pca } from "../../../kernels/pca/index.ts";
import {
  constant,
  Dense,
  type HostBatch,
  ImageDataGenerator,
  Input,
  type Model,
  sequential,
  sgd,
  type Values,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { kindsOf, transferred } from "./arrays.ts";

const engine = useEngine();

/** The sum of its inputs. */
async function adder(inputs: number): Promise<Model> {
  const net = sequential([Input([inputs]), Dense(1, { kernelInitializer: constant(1) })]);
  await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 0 }), loss: "mse" });
  return net;
}

const numbers = [18, 3, 0, 127];
const sums = [21, 127];

describe("a number means itself in every kind of array", () => {
  it.each(kindsOf(numbers))("%s of inputs, by every way in", async (_, inputs) => {
    const net = await adder(2);
    using dataset = GpuDataset.upload(engine(), { inputs, inputShape: [2] });
    const ways = [
      await net.predict({ inputs }),
      await net.predict({ inputs, inputShape: [2] }),
      await net.predict(dataset),
      await net.predictOnBatch(inputs),
    ];
    for (const outputs of ways) expect([...outputs]).toEqual(sums);
    const targets = [20, 127]; // off by 1 and by 0
    const data = { inputs, targets };
    const shaped = { ...data, targets: Float32Array.from(targets), inputShape: [2], targetShape: [1] };
    using both = GpuDataset.upload(engine(), shaped);
    const batches = function* (): Generator<HostBatch> {
      yield data;
      yield shaped;
    };
    const losses = [
      (await net.evaluate(data)).loss,
      (await net.evaluate(shaped)).loss,
      (await net.evaluate(both)).loss,
      (await net.testOnBatch(inputs, targets)).loss,
      (await net.trainOnBatch(inputs, targets)).loss,
      (await net.fit(shaped, { validationData: data, evaluationSets: { test: both } })).last("val_loss"),
      (await net.fit(data, { evaluationSets: { test: both } })).last("test_loss"),
      (await net.fit(batches, { stepsPerEpoch: 2 })).last("loss"),
    ];
    expect(losses).toEqual(losses.map(() => 0.5));
    net.dispose();
  });

  it.each(kindsOf([1, 0, 0, 0, 1, 0, 0, 0, 1]))("%s of targets", async (_, targets) => {
    const net = sequential([Input([1]), Dense(3, { activation: "softmax", kernelInitializer: constant(0) })]);
    await net.compile({ engine: engine(), optimizer: sgd(), loss: "categorical_crossentropy" });
    const inputs = Float32Array.of(1, 2, 3);
    const shaped = { inputs, inputShape: [1], targets, targetShape: [3] };
    for (const data of [{ inputs, targets }, shaped])
      expect((await net.evaluate(data)).loss).toBeCloseTo(Math.log(3), 6);
    net.dispose();
  });

  it.each(kindsOf([2, 0]))("%s of labels and of sample weights", async (_, values) => {
    const net = sequential([Input([1]), Dense(3, { activation: "softmax", kernelInitializer: constant(0) })]);
    await net.compile({ engine: engine(), optimizer: sgd(), loss: "categorical_crossentropy" });
    const inputs = [1, 2];
    const data = { inputs, inputShape: [1], labels: values, classes: 3 };
    const [{ loss }, given] = [await net.evaluate(data), await net.evaluate({ inputs, targets: values })];
    expect(loss).toBeCloseTo(Math.log(3), 6);
    expect(given.loss).toBe(loss);
    const weighted = await net.evaluate(data, { sampleWeight: values });
    expect(weighted.loss).toBeCloseTo((Math.log(3) * 2) / 2, 6);
    net.dispose();
  });

  it.each(
    kindsOf([0, 0, 4, 2, 10, 5, 3, 2]),
  )("%s of rows: PCA, neighbours, statistics of images", async (_, values) => {
    const rows = { values, shape: [4, 2] };
    using pca = await Pca.fit(engine(), rows, { components: 1 });
    expect([...pca.spectrum.mean]).toEqual([4.25, 2.25]);
    using neighbors = new NearestNeighbors(engine(), rows, [0, 1, 2, 3], { k: 1 });
    const { distances } = await neighbors.predict({ values: [7, 9], shape: [1, 2] });
    expect(distances[0]).toBe(5);
    using generator = new ImageDataGenerator({ featurewiseCenter: true });
    await generator.fit(engine(), { values, shape: [4, 1, 1, 2] });
    const centred = engine().scope(() =>
      generator.evaluation!.apply(
        engine().tensor([4.25, 3.25], [1, 1, 1, 2]),
        engine().tensor([0], [1], "u32"),
      ),
    );
    expect([...(await centred.data())]).toEqual([0, 1]);
  });

  it("is multiplied by the scale that is declared, in every way in", async () => {
    const net = await adder(2);
    const inputs = Uint8ClampedArray.of(255, 0, 51, 102);
    const scale = 1 / 255;
    const targets = Uint8Array.of(255, 0);
    using dataset = GpuDataset.upload(engine(), { inputs, inputShape: [2], scale });
    const ways = [
      await net.predict({ inputs, scale }),
      await net.predict({ inputs, scale: [scale] }),
      await net.predict({ inputs, scale: { input_1: scale } }),
      await net.predict({ inputs, inputShape: [2], scale }),
      await net.predict(dataset),
      await net.predictOnBatch(inputs, { scale }),
    ];
    for (const outputs of ways) {
      expect(outputs[0]).toBeCloseTo(1, 6);
      expect(outputs[1]).toBeCloseTo(0.6, 6);
    }
    const data = { inputs, scale, targets, targetScale: scale };
    const shaped = { ...data, inputShape: [2], targetShape: [1] };
    using both = GpuDataset.upload(engine(), shaped);
    const losses = [
      (await net.evaluate(data)).loss!,
      (await net.evaluate(shaped)).loss!,
      (await net.evaluate(both)).loss!,
      (await net.testOnBatch(inputs, targets, { scale, targetScale: scale })).loss!,
      (await net.trainOnBatch(inputs, targets, { scale, targetScale: scale })).loss!,
      (await net.fit([data, shaped])).last("loss")!,
    ];
    for (const loss of losses) expect(loss).toBeCloseTo(0.18, 6);
    net.dispose();
  });

  it("has the scale of the inputs where these are the targets", async () => {
    const net = sequential([Input([2]), Dense(2, { kernelInitializer: constant(0) })]);
    await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 0 }), loss: "mse" });
    const inputs = Uint8Array.of(255, 0, 0, 255);
    for (const data of [
      { inputs, scale: 1 / 255 },
      { inputs, inputShape: [2], scale: 1 / 255 },
    ])
      expect((await net.evaluate(data)).loss).toBeCloseTo(0.5, 6);
    expect((await net.fit([{ inputs, scale: 1 / 255 }])).last("loss")).toBeCloseTo(0.5, 6);
    net.dispose();
  });
});

describe("what is no array of numbers", () => {
  const junk: [string, unknown, RegExp][] = [
    [
      "big integers",
      BigInt64Array.of(1n, 2n),
      /must be a list of numbers or a typed array, got a BigInt64Array/,
    ],
    ["a list of texts", ["1", "2"], /value 0 of f32 must be a number, got "1"/],
    [
      "numbers beyond float32",
      [1e39, 0],
      /value 0 of f32 must be a number below 3.40\d+e\+38 in size, got 1e\+39/,
    ],
    ["doubles beyond float32", Float64Array.of(0, -1e39), /value 1 of f32 must be a number below/],
    ["memory that was transferred", transferred(), /the memory of the Float32Array was transferred away/],
    ["nothing", new Float32Array(0), /0 values,? (are )?no samples of/],
  ];
  it.each(junk)("is refused by every way in: %s", async (_, values, message) => {
    const net = await adder(2);
    const inputs = values as Values;
    const calls = [
      () => net.predict({ inputs }),
      () => net.predict({ inputs, inputShape: [2] }),
      () => net.fit({ inputs, inputShape: [2], targets: [1], targetShape: [1] }),
      () => net.trainOnBatch(inputs, [1]),
      () => net.fit([{ inputs, targets: [1] }]),
      async () => void GpuDataset.upload(engine(), { inputs, inputShape: [2] }),
    ];
    for (const call of calls) {
      const error = await call().catch((cause: unknown) => cause);
      expect(error).toSatisfy((cause) => cause instanceof ArgumentError || cause instanceof ShapeError);
      expect((error as Error).message).toMatch(message);
    }
    net.dispose();
  });

  const bigint = BigInt64Array.of(1n) as unknown as Values;
  it.each([
    ["targets", { inputs: [1, 2], targets: bigint }],
    ["labels", { inputs: [1, 2], inputShape: [2], labels: bigint as Uint8Array, classes: 2 }],
    ["sample weights", { inputs: [1, 2], targets: [1], sampleWeight: bigint as Uint8Array }],
  ])("nor are big integers taken for %s", async (_, data) => {
    const net = await adder(2);
    await expect(net.fit(data)).rejects.toThrow(/must be a list of numbers or a typed array/);
    net.dispose();
  });
});
