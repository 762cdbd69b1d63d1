import { describe, expect, it } from "vitest";
import { adam } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { bits, features, tinyData, tinyNetwork } from "../tiny.ts";

const engine = useEngine();

async function compiled() {
  const net = tinyNetwork();
  const optimizer = adam({ learningRate: 0.01 });
  await net.compile({ engine: engine(), optimizer, loss: "categorical_crossentropy" });
  return net;
}

const data = tinyData(40);
const inputs = (count: number) => data.inputs.subarray(0, count * features);
const labels = (count: number) => data.labels.slice(0, count);

describe("batches of many sizes", () => {
  it("in trainOnBatch keep the places of a few only, and give the same numbers when a size comes again", async () => {
    const net = await compiled();
    const alone = await compiled();
    await alone.trainOnBatch(inputs(1), labels(1));
    const oneSize = engine().memory.buffersInUse;
    const sizes = Array.from({ length: 12 }, (_, i) => i + 1);
    for (const count of sizes) await net.trainOnBatch(inputs(count), labels(count));
    const { buffersInUse } = engine().memory;
    expect(buffersInUse).toBeLessThan(oneSize + 9 * oneSize);
    for (const count of [13, 14, 15]) await net.trainOnBatch(inputs(count), labels(count));
    expect(engine().memory.buffersInUse).toBe(buffersInUse);
    await net.trainOnBatch(inputs(1), labels(1)); // its place is made anew
    for (const count of [...sizes.slice(1), 13, 14, 15, 1])
      await alone.fit(
        { inputs: inputs(count), inputShape: [features], labels: labels(count), classes: 3 },
        { batchSize: 40, shuffle: false },
      );
    expect(bits(await net.getWeights())).toEqual(bits(await alone.getWeights()));
    for (const each of [net, alone]) each.dispose();
  });

  it("in predict are filled up to powers of two, so that few kernels are compiled; the samples' outputs stay the same", async () => {
    const net = await compiled();
    const whole = await net.predict({ inputs: data.inputs }, { batchSize: 8 });
    for (const count of [1, 2, 4, 8]) await net.predict({ inputs: inputs(count) }, { batchSize: 8 });
    const { pipelines } = engine().memory;
    for (let count = 1; count <= 40; count++) {
      const found = await net.predict({ inputs: inputs(count) }, { batchSize: 8 });
      expect(found).toHaveLength(count * 3);
      expectClose(found, whole.subarray(0, found.length), { terms: 8 });
    }
    expect(engine().memory.pipelines).toBe(pipelines);
    net.dispose();
  });

  it("leave no kernels when the model is disposed of", async () => {
    engine().trimMemory();
    const before = engine().memory;
    const net = await compiled();
    const { pipelines } = engine().memory; // of compile(): no step's
    await net.fit(data, { batchSize: 16 });
    await net.trainOnBatch(inputs(3), labels(3));
    await net.evaluate(data);
    await net.predict({ inputs: inputs(5) });
    expect(engine().memory.pipelines).toBeGreaterThan(pipelines + 10);
    net.dispose();
    expect(engine().memory.pipelines).toBe(pipelines);
    engine().trimMemory();
    expect(engine().memory).toEqual({ ...before, peakBytes: engine().memory.peakBytes });
  });
});
