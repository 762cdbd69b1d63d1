import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { ArgumentError, MemoryError, ShapeError } from "../../../engine/errors.ts";
import { batchIndices, gatherSamplesReference } from "../../../kernels/gather/gather.reference.ts";
import { GpuDataset, gatherLabels, gatherSamples, SampleStore } from "../../../kernels/gather/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomStream } from "../../support/random.ts";

/** Samples whose size is or is not a multiple of 4, in up to eight chunks: kernels bind six at a time. */
const cases = fc.record({
  sampleShape: fc.constantFrom<number[][]>([4], [1], [2, 3], [3, 4, 1], [5, 3]),
  bytes: fc.boolean(),
  count: fc.integer({ min: 1, max: 23 }),
  chunks: fc.integer({ min: 1, max: 8 }),
  batch: fc.integer({ min: 1, max: 9 }),
  position: fc.nat(30),
  sample: fc.nat(4),
  seed: fc.nat(1e6),
});

function randomData(bytes: boolean, length: number, seed: number): Uint8Array | Float32Array {
  const next = randomStream(seed);
  if (bytes) return Uint8Array.from({ length }, () => Math.floor(256 * next()));
  return Float32Array.from({ length }, () => next() - 0.5);
}

describe("batch gather", () => {
  const engine = useEngine();

  it("takes the samples in order from wherever the StepState stands, across chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ sampleShape, bytes, count, chunks, batch, position, sample, seed }) => {
          const size = sampleShape.reduce((product, n) => product * n, 1);
          const data = randomData(bytes, count * size, seed);
          const next = randomStream(seed + 1);
          const order = Uint32Array.from({ length: count }, () => Math.floor(count * next()));
          const stride = Math.ceil(size / 4) * 4 * (bytes ? 1 : 4);
          const store = SampleStore.upload(engine(), data, sampleShape, {
            chunkBytes: Math.ceil(count / chunks) * stride,
          });
          expect(store.chunks.length).toBeLessThanOrEqual(chunks);
          engine().step.set({ position, sample });
          const y = gatherSamples(store, engine().tensor(order, [count], "u32"), { batch });
          store.dispose();
          const indices = batchIndices(order, position + sample, batch);
          expect(y.shape).toEqual([batch, ...sampleShape]);
          const expected = gatherSamplesReference(data, size, indices, 1, 0);
          expectClose((await y.data()) as Float32Array, expected, { scale: 1, ulps: 1 });
        },
      ),
      properties,
    );
  });

  it.each([
    { bytes: true, sampleShape: [4] },
    { bytes: true, sampleShape: [3] },
    { bytes: false, sampleShape: [4] },
    { bytes: false, sampleShape: [3] },
  ])("finds every sample in eight chunks, which take two dispatches: %j", async ({ bytes, sampleShape }) => {
    const [size] = sampleShape as [number];
    const data = randomData(bytes, 8 * size, 9);
    using store = SampleStore.upload(engine(), data, sampleShape, { chunkBytes: bytes ? 4 : 16 });
    expect(store.chunks.length).toBe(8);
    engine().step.set({ position: 0, sample: 0 });
    const order = engine().tensor([0, 1, 2, 3, 4, 5, 6, 7], [8], "u32");
    const y = gatherSamples(store, order, { batch: 8, scale: 1 });
    expect([...(await y.data())]).toEqual([...data]);
  });

  it.each([
    { bytes: true, sampleShape: [4] },
    { bytes: true, sampleShape: [3] },
    { bytes: false, sampleShape: [4] },
    { bytes: false, sampleShape: [3] },
  ])("gives NaN for what is no sample, in one chunk and in eight: %j", async ({ bytes, sampleShape }) => {
    const [size] = sampleShape as [number];
    const data = randomData(bytes, 8 * size, 9);
    for (const options of [{}, { chunkBytes: bytes ? 4 : 16 }]) {
      using store = SampleStore.upload(engine(), data, sampleShape, options);
      engine().step.set({ position: 0, sample: 0 });
      const order = engine().tensor([7, 8, 0, 2 ** 32 - 1], [4], "u32");
      const y = await gatherSamples(store, order, { batch: 4, scale: 1 }).data();
      const nowhere = Array<number>(size).fill(Number.NaN);
      const [first, last] = [data.subarray(0, size), data.subarray(7 * size)];
      expect([...y]).toEqual([...last, ...nowhere, ...first, ...nowhere]);
    }
  });

  it("gives no class for what is no sample, and a row of NaN for what is no class", async () => {
    const labels = engine().tensor([2, 0, 5], [3], "u32");
    const order = engine().tensor([1, 3, 2 ** 32 - 1, 2], [4], "u32");
    engine().step.set({ position: 0, sample: 0 });
    const none = 2 ** 32 - 1;
    expect([...(await gatherLabels(labels, order, { batch: 4 }).data())]).toEqual([0, none, none, 5]);
    const rows = await gatherLabels(labels, order, { batch: 4, classes: 3 }).data();
    expect([...rows]).toEqual([1, 0, 0, ...Array<number>(9).fill(Number.NaN)]);
  });

  it("scales and shifts as told", async () => {
    const store = SampleStore.upload(engine(), Uint8Array.of(0, 51, 102, 255, 1), [1]);
    engine().step.set({ position: 0, sample: 0 });
    const order = engine().tensor([3, 1, 4], [3], "u32");
    const y = gatherSamples(store, order, { batch: 3, scale: 1 / 127.5, offset: -1 });
    expectClose((await y.data()) as Float32Array, [1, -0.6, 1 / 127.5 - 1], { scale: 1, ulps: 2 });
    store.dispose();
  });

  it("gathers labels as classes or one-hot rows", async () => {
    const labels = engine().tensor([3, 0, 2, 1], [4], "u32");
    const order = engine().tensor([2, 0, 3], [3], "u32");
    engine().step.set({ position: 1, sample: 0 });
    expect(await gatherLabels(labels, order, { batch: 3 }).data()).toEqual(Uint32Array.of(3, 1, 1));
    const oneHot = gatherLabels(labels, order, { batch: 2, classes: 4 });
    expect(oneHot.shape).toEqual([2, 4]);
    expect(await oneHot.data()).toEqual(Float32Array.of(0, 0, 0, 1, 0, 1, 0, 0));
    engine().step.set({ position: 0, sample: 1 }); // the second micro-batch of the first batch
    expect(await gatherLabels(labels, order, { batch: 2 }).data()).toEqual(Uint32Array.of(3, 1));
    const second = gatherLabels(labels, order, { batch: 1, classes: 4 });
    expect(await second.data()).toEqual(Float32Array.of(0, 0, 0, 1));
  });

  it("gathers a label for each pixel", async () => {
    const labels = engine().tensor([0, 1, 2, 2, 1, 0, 1, 1, 0], [3, 3], "u32");
    const order = engine().tensor([2, 0, 1], [3], "u32");
    engine().step.set({ position: 0, sample: 1 });
    const classes = gatherLabels(labels, order, { batch: 2 });
    expect([classes.shape, [...(await classes.data())]]).toEqual([
      [2, 3],
      [0, 1, 2, 2, 1, 0],
    ]);
    const rows = gatherLabels(labels, order, { batch: 1, classes: 3 });
    expect([rows.shape, [...(await rows.data())]]).toEqual([
      [1, 3, 3],
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
    ]);
  });

  it("makes batches of a data set: labels, one-hot, targets, or the inputs themselves", async () => {
    const inputs = Uint8Array.of(0, 255, 51, 102);
    const images = { inputs, inputShape: [2], scale: 1 / 255 };
    const order = engine().tensor([1, 0], [2], "u32");
    engine().step.set({ position: 0, sample: 0 });
    const read = async (data: Parameters<typeof GpuDataset.upload>[1], oneHot = false) => {
      using set = GpuDataset.upload(engine(), data);
      const { inputs, targets } = set.batch(order, { batch: 2, oneHot });
      expect(inputs.shape).toEqual([2, 2]);
      expectClose((await inputs.data()) as Float32Array, [0.2, 0.4, 0, 1], { ulps: 1 });
      return [...((await targets.data()) as Float32Array)].map((x) => Math.round(x * 1e6) / 1e6);
    };
    expect(await read({ ...images, labels: [4, 7] })).toEqual([7, 4]);
    expect(await read({ ...images, labels: [0, 1], classes: 2 }, true)).toEqual([0, 1, 1, 0]);
    const targets = Float32Array.of(0.5, -0.25);
    expect(await read({ ...images, targets, targetShape: [1] })).toEqual([-0.25, 0.5]);
    const masks = { targets: Uint8Array.of(0, 1, 255, 2), targetShape: [2] };
    expect(await read({ ...images, ...masks })).toEqual([255, 2, 0, 1]); // the scale is the inputs'
    expect(await read({ ...images, ...masks, targetScale: 1 / 255 })).toEqual([1, 0.007843, 0, 0.003922]);
    expect(await read(images)).toEqual([0.2, 0.4, 0, 1]);
  });

  it("replays from an advanced position without an upload", async () => {
    const data = randomData(false, 12, 5);
    using store = SampleStore.upload(engine(), data, [2]);
    const order = engine().tensor([5, 4, 3, 2, 1, 0], [6], "u32");
    const seen = engine().zeros([2, 2]);
    engine().step.set({ position: 0, sample: 0 });
    const recording = engine().record(() => {
      engine().copy(gatherSamples(store, order, { batch: 2 }), seen);
      engine().step.advance(2, true, 2);
    });
    expect(await seen.data()).toEqual(data.slice(8, 12).map((_, i) => data[[10, 11, 8, 9][i]!]!));
    recording.replay(2);
    expect(await seen.data()).toEqual(data.slice(8, 12).map((_, i) => data[[2, 3, 0, 1][i]!]!));
    recording.dispose();
  });

  it("gives back what it took if the rest does not fit", () => {
    const { bytesInUse } = engine().memory;
    const take = engine().allocate.bind(engine());
    const full = () => {
      throw new MemoryError("full");
    };
    const inputs = { inputs: new Float32Array(12), inputShape: [4] };
    for (const data of [inputs, { ...inputs, targets: new Float32Array(3), targetShape: [1] }]) {
      for (const allowed of [1, 2, 3]) {
        const allocate = vi.spyOn(engine(), "allocate").mockImplementation(full);
        for (let i = 0; i < allowed; i++) allocate.mockImplementationOnce(take as never);
        const upload = () => GpuDataset.upload(engine(), data, { chunkBytes: 16 }); // a chunk for each sample
        if (allowed === 3 && !("targets" in data)) upload().dispose();
        else expect(upload).toThrow("full");
        allocate.mockRestore();
        expect(engine().memory.bytesInUse).toBe(bytesInUse);
      }
    }
  });

  it("refuses data that does not fit", () => {
    const set = (data: object) => () =>
      GpuDataset.upload(engine(), { inputs: new Uint8Array(6), inputShape: [2], ...data });
    expect(set({ inputs: new Uint8Array(7) })).toThrow("data set: 7 values are no samples of shape [2].");
    expect(set({ inputs: new Uint8Array(0) })).toThrow(ShapeError);
    expect(set({ labels: [1, 2] })).toThrow("data set: 2 labels for 3 samples.");
    expect(set({ labels: [1, 2, 10], classes: 10 })).toThrow(
      "the label of sample 2 is 10, expected a whole number from 0 to 9.",
    );
    expect(set({ labels: [1, 2, 0.5] })).toThrow(ArgumentError);
    expect(set({ targets: new Float32Array(5), targetShape: [1] })).toThrow(
      "data set: 3 inputs and 5 targets.",
    );
    expect(set({ labels: [0, 0, 0], targets: new Float32Array(3), targetShape: [1] })).toThrow(
      "labels and targets",
    );
    using store = SampleStore.upload(engine(), new Float32Array(6), [2]);
    expect(() => store.write(0, new Uint8Array(2))).toThrow("data set: holds f32, got a Uint8Array.");
    expect(() => store.write(2, new Float32Array(4))).toThrow(
      "4 values at sample 2 do not fit 3 samples of [2].",
    );
    const order = engine().tensor([0], [1], "u32");
    expect(() => gatherSamples(store, order, { batch: 0 })).toThrow(
      "batch must be a positive integer, got 0",
    );
    const wrong = engine().tensor([0], [1]) as unknown as typeof order;
    expect(() => gatherSamples(store, wrong, { batch: 1 })).toThrow("the order is [n] u32, got [1] f32.");
    expect(() => gatherLabels(wrong, order, { batch: 1 })).toThrow(
      "labels are [count,...] u32, got [1] f32.",
    );
    expect(() => gatherLabels(order, order, { batch: 1, classes: 0 })).toThrow(
      "classes must be a positive integer",
    );
  });
});
