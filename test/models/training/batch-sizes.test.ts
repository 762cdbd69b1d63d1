import { describe, expect, it } from "vitest";
import { GpuDataset } from "../../../kernels/gather/index.ts";
import { identityOrder } from "../../../models/data/order.ts";
import { adam } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { bits, classes, features, tinyData, tinyNetwork } from "../tiny.ts";

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
    const [net, alone] = [await compiled(), await compiled()];
    const before = engine().memory.buffersInUse;
    const inUse: number[] = [];
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1]; // 8 are kept: that of the last is made anew
    for (const count of sizes) {
      await net.trainOnBatch(inputs(count), labels(count));
      inUse.push(engine().memory.buffersInUse - before);
    }
    expect(inUse[9]).toBe(inUse[7]);
    expect(inUse[10]).toBe(inUse[7]);
    expect(inUse[7]).toBeGreaterThan(inUse[6]!);
    for (const count of sizes) {
      // nothing is kept
      await alone.fit(inputs(count), labels(count), { batchSize: count, shuffle: false });
    }
    expect(bits(await net.getWeights())).toEqual(bits(await alone.getWeights()));
    for (const each of [net, alone]) each.dispose();
  });

  it("in predict are filled up to powers of two, so that few kernels are compiled; the samples' outputs stay the same", async () => {
    const net = await compiled();
    using dataset = GpuDataset.upload(engine(), data);
    const outputs = (count: number) =>
      net.predict({ dataset, indices: identityOrder(count) }, { batchSize: 8 });
    const whole = await outputs(40);
    for (const count of [1, 2, 4]) await outputs(count);
    const { pipelines } = engine().memory;
    for (const count of [3, 5, 6, 7, 9, 11, 21, 39]) {
      const found = await outputs(count);
      expect(found).toHaveLength(count * classes);
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
