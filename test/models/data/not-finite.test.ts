import { describe, expect, it } from "vitest";
import { NumericError } from "../../../engine/errors.ts";
import { GpuDataset, type HostDataset } from "../../../kernels/gather/index.ts";
import {
  Dense,
  type HostData,
  ImageDataGenerator,
  Input,
  input,
  model,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

async function compiled() {
  const net = sequential([Input([2, 3]), Dense(1)]);
  await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 0.1 }), loss: "mse" });
  return net;
}

/** Four samples of [2, 3] with targets of [2, 1]. */
function samples(spoil: (data: { inputs: Float32Array; targets: Float32Array }) => void = () => {}) {
  const data = { inputs: new Float32Array(24).fill(0.5), targets: new Float32Array(8) };
  spoil(data);
  return { ...data, inputShape: [2, 3], targetShape: [2, 1] };
}

const spoilt: [string, HostDataset, RegExp][] = [
  [
    "NaN in the inputs",
    samples(({ inputs }) => void inputs.fill(Number.NaN, 16, 18)),
    /inputs: sample 2 has NaN at \[1,1\]\. A loss needs finite numbers/,
  ],
  [
    "infinity in the targets",
    samples(({ targets }) => void targets.fill(Number.NEGATIVE_INFINITY, 7)),
    /targets: sample 3 has -Infinity at \[1,0\]\./,
  ],
];

describe("values that are not finite", () => {
  it.each(spoilt)("%s are named before any training", async (_, data, message) => {
    const net = await compiled();
    const sound = samples();
    const { inputs, targets } = data as HostDataset & { targets: Float32Array };
    const arrays = { inputs, targets };
    using dataset = GpuDataset.upload(engine(), data);
    const lists = { inputs: Array.from(inputs), targets: Array.from(targets) };
    const calls: [string, () => Promise<unknown>][] = [
      ["fit", () => net.fit(data)],
      ["fit", () => net.fit(arrays)],
      ["fit", () => net.fit(lists)],
      ["fit", () => net.fit(dataset, { validationSplit: 0.5 })],
      ["fit", () => net.fit({ dataset, indices: Uint32Array.of(0, 2, 3) })],
      ["fit: validationData", () => net.fit(sound, { validationData: arrays })],
      ["fit: evaluationSets.test", () => net.fit(sound, { evaluationSets: { test: dataset } })],
      ["fit: batch 1 of epoch 1", () => net.fit([arrays])],
      ["evaluate", () => net.evaluate(dataset)],
      ["evaluate", () => net.testOnBatch(inputs, targets)],
      ["trainOnBatch", () => net.trainOnBatch(inputs, targets)],
    ];
    for (const [what, call] of calls) {
      const error = await call().catch((cause: unknown) => cause);
      expect(error, what).toBeInstanceOf(NumericError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message.startsWith(`${what}: `), (error as Error).message).toBe(true);
    }
    expect((await net.session.step.read()).step).toBe(0);
    net.dispose();
  });

  it("do not matter in samples that are left out, and come out of predict() as they went in", async () => {
    const net = await compiled();
    const [, data] = spoilt[0]!;
    using dataset = GpuDataset.upload(engine(), data);
    const { history } = await net.fit({ dataset, indices: Uint32Array.of(0, 1, 3) }, { batchSize: 2 });
    expect(history.loss![0]).toBeGreaterThan(0);
    for (const source of [dataset, data, { inputs: data.inputs }]) {
      const outputs = await net.predict(source);
      expect([...outputs].map(Number.isNaN)).toEqual([0, 0, 0, 0, 0, 1, 0, 0].map(Boolean));
    }
    net.dispose();
  });

  it("are named by batch of a generator, and by input where there are several", async () => {
    const net = await compiled();
    const [, bad] = spoilt[0]!;
    const batches = [samples(), samples(), samples(), bad].map(({ inputs, targets }) => ({
      inputs,
      targets,
    })) as HostData[];
    await expect(net.fit(batches, { epochs: 2, stepsPerEpoch: 3 })).rejects.toThrow(
      /^fit: batch 1 of epoch 2: inputs: sample 2 has NaN at \[1,1\]/,
    );
    expect((await net.session.step.read()).step).toBe(3);
    net.dispose();
    const [a, b] = [input([1], { name: "a" }), input([1], { name: "b" })];
    const outputs = [a, b].map((x, i) => Dense(1, { name: `out_${i}` }).apply(x));
    const several = model({ inputs: [a, b], outputs });
    await several.compile({ engine: engine(), optimizer: sgd(), loss: "mse" });
    const inputs = { a: [1, 2], b: [1, Number.NaN] };
    await expect(
      several.fit({
        inputs,
        targets: [
          [1, 2],
          [1, 2],
        ],
      }),
    ).rejects.toThrow(/^fit: inputs\.b: sample 1 has NaN at \[0\]/);
    const targets = { out_0: [1, Number.POSITIVE_INFINITY], out_1: [0, 0] };
    await expect(
      several.fit({
        inputs: [
          [1, 2],
          [1, 2],
        ],
        targets,
      }),
    ).rejects.toThrow(/^fit: targets\.out_0: sample 1 has Infinity/);
    several.dispose();
  });

  it("are refused by the statistics of ImageDataGenerator", async () => {
    const generator = new ImageDataGenerator({ featurewiseCenter: true });
    const values = new Float32Array(24).fill(Number.NaN, 13, 14);
    const fitting = generator.fit(engine(), { values, shape: [2, 2, 2, 3] });
    await expect(fitting).rejects.toThrow(/^ImageDataGenerator\.fit: row 1 has NaN at \[0,0,1\]/);
  });
});
