import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import { GpuDataset } from "../../../kernels/gather/index.ts";
import { Conv2D, Dense, Input, input, type Model, model, sequential, sgd } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { values } from "../float64.ts";

const engine = useEngine();

const [count, pixels, classes] = [3, 4, 3];
const inputs = values(count * pixels, 3);
const labels = [0, 1, 2, 0, 2, 2, 1, 0, 1, 1, 0, 2];
const oneHot = labels.flatMap((label) => [0, 1, 2].map((k) => Number(k === label)));
const byPixel = Float32Array.from(labels, (_, i) => 0.5 + (i % 4));

/** A class for each pixel of images [2, 2, 1]. */
const network = () => sequential([Input([2, 2, 1]), Conv2D(classes, 1, { activation: "softmax" })]);

async function compiled(loss: string, metrics: string[] = ["accuracy"], learningRate = 0.5): Promise<Model> {
  const net = network();
  await net.compile({ engine: engine(), optimizer: sgd({ learningRate }), loss, metrics, seed: 4 });
  return net;
}

/** In float64 from what the network gives: the weighted losses over all pixels, and the share of pixels that are right. */
async function expected(net: Model, weight: (pixel: number) => number) {
  const outputs = await net.predict({ inputs });
  let [loss, hits] = [0, 0];
  for (const [i, label] of labels.entries()) {
    const row = [...outputs.subarray(i * classes, (i + 1) * classes)];
    loss -= (weight(i) * Math.log(row[label]! / row.reduce((sum, p) => sum + p))) / labels.length;
    hits += Number(row.indexOf(Math.max(...row)) === label) / labels.length;
  }
  return { loss, accuracy: hits };
}

const bySample = [2, 0.5, 3];
const weightings: [string, object, (pixel: number) => number][] = [
  ["none", {}, () => 1],
  ["by sample", { sampleWeight: bySample }, (i) => bySample[Math.floor(i / pixels)]!],
  ["by pixel", { sampleWeight: byPixel }, (i) => byPixel[i]!],
];

describe("a class for each pixel", () => {
  const kinds: [string, string, object][] = [
    ["categorical", "categorical_crossentropy", { targets: oneHot }],
    ["categorical with labels", "categorical_crossentropy", { targets: labels }],
    ["sparse", "sparse_categorical_crossentropy", { targets: labels }],
  ];
  const cases = kinds.flatMap(([name, loss, targets]) =>
    weightings.map(([weights, options, weight]) => ({ name, loss, targets, weights, options, weight })),
  );
  it.each(cases)("$name, weights: $weights", async ({ loss, targets, options, weight }) => {
    const net = await compiled(loss);
    const wanted = await expected(net, weight);
    const data = { inputs, ...targets, ...options };
    for (const logs of [await net.evaluate(data), await net.evaluate(data, { batchSize: 2 })]) {
      expectClose([logs.loss!], [wanted.loss], { terms: 40 });
      expect(logs.accuracy).toBeCloseTo(wanted.accuracy, 6);
    }
    const { history } = await net.fit(data, { batchSize: 3, epochs: 4 });
    expectClose([history.loss![0]!], [wanted.loss], { terms: 40 });
    expect(history.accuracy![0]).toBeCloseTo(wanted.accuracy, 6);
    expect(history.loss![3]).toBeLessThan(history.loss![0]!);
    net.dispose();
  });

  it("gives the same bits from a data set on the GPU, a generator and arrays", async () => {
    const shaped = { inputs, inputShape: [2, 2, 1], labels, labelShape: [2, 2], classes };
    using dataset = GpuDataset.upload(engine(), shaped);
    for (const loss of ["categorical_crossentropy", "sparse_categorical_crossentropy"]) {
      const losses: number[][] = [];
      for (const source of [shaped, dataset, { inputs, targets: labels }, [shaped]]) {
        const net = await compiled(loss);
        const { history } = await net.fit(source, { epochs: 3, shuffle: false });
        losses.push(history.loss as number[]);
        net.dispose();
      }
      for (const found of losses) expect(found).toEqual(losses[0]);
    }
  });

  it("top-k accuracy counts pixels, and several outputs have losses of their own", async () => {
    const net = await compiled("sparse_categorical_crossentropy", ["sparse_top_2_categorical_accuracy"]);
    const outputs = await net.predict({ inputs });
    const isAmongTwo = (label: number, i: number) => {
      const row = outputs.subarray(i * classes, (i + 1) * classes);
      return Number(row.filter((p) => p > row[label]!).length < 2);
    };
    const share = labels.reduce((sum, label, i) => sum + isAmongTwo(label, i), 0) / labels.length;
    const { sparse_top_2_categorical_accuracy: found } = await net.evaluate({ inputs, targets: labels });
    expect(found).toBeCloseTo(share, 6);
    net.dispose();

    const x = input([2, 2, 1]);
    const convolution = (name: string) => Conv2D(classes, 1, { activation: "softmax", name }).apply(x);
    const both = model({ inputs: x, outputs: [convolution("a"), convolution("b")] });
    const loss = { a: "categorical_crossentropy", b: "sparse_categorical_crossentropy" };
    await both.compile({ engine: engine(), optimizer: sgd(), loss, metrics: ["accuracy"] });
    const targets = { a: oneHot, b: labels };
    const plain = await both.evaluate({ inputs, targets });
    const weighted = await both.evaluate({ inputs, targets }, { sampleWeight: { b: [2, 2, 2] } });
    expect(weighted.a_loss).toBeCloseTo(plain.a_loss!, 6);
    expect(weighted.b_loss).toBeCloseTo(2 * plain.b_loss!, 5);
    expect(weighted.loss).toBeCloseTo(weighted.a_loss! + weighted.b_loss!, 5);
    both.dispose();
  });

  it("what does not fit is refused: at compile(), or before training", async () => {
    const refused = network();
    const settings = { engine: engine(), optimizer: sgd() };
    const sparse = ["sparse_categorical_accuracy"];
    await expect(
      refused.compile({ ...settings, loss: "categorical_crossentropy", metrics: sparse }),
    ).rejects.toThrow(
      /^compile: conv2d_1 has no metric sparse_categorical_accuracy\. sparseCategoricalAccuracy: labels are \[1,2,2\] u32/,
    );
    const dense = sequential([Input([2]), Dense(3)]);
    await expect(
      dense.compile({ ...settings, loss: "sparse_categorical_crossentropy", metrics: ["mse"] }),
    ).rejects.toThrow(ShapeError);
    for (const model of [refused, dense]) model.dispose();
    const net = await compiled("categorical_crossentropy");
    const wrong: [object, RegExp][] = [
      [
        { targets: [0, 1, 2] },
        /are 3 values for 3 samples of \[2,2,3\]: 36 numbers, or 12 class labels are expected\. Is a Flatten\(\) missing/,
      ],
      [
        { targets: labels, sampleWeight: [1, 2, 3, 4] },
        /4 weights for 3 samples; there may also be 12, one for each row/,
      ],
      [
        { targets: labels.with(6, 3) },
        /the label of sample 1 at \[1,0\] is 3, expected a whole number from 0 to 2/,
      ],
    ];
    for (const [data, message] of wrong) await expect(net.fit({ inputs, ...data })).rejects.toThrow(message);
    const single = { inputs, inputShape: [2, 2, 1], labels: [0, 1, 2], classes };
    await expect(net.fit(single)).rejects.toThrow(
      /one label for each sample, conv2d_1 gives \[2,2,3\]\. Is a Flatten/,
    );
    net.dispose();
    const masks = sequential([Input([2, 2, 1]), Conv2D(1, 1)]);
    await masks.compile({ engine: engine(), optimizer: sgd(), loss: "mse" });
    const weights = { inputs, targets: labels, sampleWeight: byPixel };
    await expect(masks.fit(weights)).rejects.toThrow(/12 weights for 3 samples\.$/);
    masks.dispose();
  });
});
