import { describe, expect, it } from "vitest";
import { ArgumentError, InterruptedError, ShapeError } from "../../../engine/errors.ts";
import { GpuDataset } from "../../../kernels/gather/index.ts";
import {
  type BatchGenerator,
  constant,
  Dense,
  type HostBatch,
  Input,
  type Model,
  sequential,
  sgd,
  type TrainingSnapshot,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

/** The loss is the mean of the squared targets: it tells which batches an epoch had. */
async function compiled(): Promise<Model> {
  const net = sequential([Input([1]), Dense(1, { kernelInitializer: constant(0) })]);
  await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 0 }), loss: "mse" });
  return net;
}

const batch = (number: number): HostBatch => ({ inputs: [1], targets: [number] });
const numbers = [1, 2, 3];
const means = (...epochs: number[][]) =>
  epochs.map((epoch) => epoch.reduce((sum, n) => sum + n * n, 0) / epoch.length);

/** Anything that can be iterated anew. */
const iterable: Iterable<HostBatch> = { [Symbol.iterator]: () => numbers.map(batch).values() };
const asyncIterable: AsyncIterable<HostBatch> = {
  async *[Symbol.asyncIterator]() {
    for (const number of numbers) yield batch(number);
  },
};

describe("batches that end begin anew", () => {
  const sources: [string, BatchGenerator][] = [
    ["an array", numbers.map(batch)],
    ["an iterable", iterable],
    ["an async iterable", asyncIterable],
    ["a Set", new Set(numbers.map(batch))],
    [
      "function*",
      function* () {
        yield* numbers.map(batch);
      },
    ],
    [
      "async function*",
      async function* () {
        for (const number of numbers) yield batch(number);
      },
    ],
    ["a function that returns an array", () => numbers.map(batch)],
  ];
  it.each(sources)("%s", async (_, source) => {
    const net = await compiled();
    const whole = await net.fit(source, { epochs: 3, stepsPerEpoch: 3 });
    expect(whole.history.loss).toEqual(means([1, 2, 3], [1, 2, 3], [1, 2, 3]));
    const across = await net.fit(source, { epochs: 3, stepsPerEpoch: 2 });
    expect(across.history.loss).toEqual(means([1, 2], [3, 1], [2, 3]));
    const beyond = await net.fit(source, { epochs: 2, stepsPerEpoch: 4 });
    expect(beyond.history.loss).toEqual(means([1, 2, 3, 1], [2, 3, 1, 2]));
    const later = await net.fit(source, { epochs: 3, initialEpoch: 2, stepsPerEpoch: 2 });
    expect(later.history.loss).toEqual(means([2, 3]));
    net.dispose();
  });

  it("an array needs no stepsPerEpoch", async () => {
    const net = await compiled();
    const { history } = await net.fit(numbers.map(batch), { epochs: 2 });
    expect(history.loss).toEqual(means([1, 2, 3], [1, 2, 3]));
    net.dispose();
  });

  it("where a resumed training stopped", async () => {
    const net = await compiled();
    let snapshot: TrainingSnapshot | undefined;
    const controller = new AbortController();
    const options = { epochs: 3, stepsPerEpoch: 2 };
    const interrupted = net.fit(numbers.map(batch), {
      ...options,
      signal: controller.signal,
      callbacks: [
        {
          name: "stop",
          onEpochBegin: (epoch) => void (epoch === 1 && controller.abort()),
          onInterrupt: async (control) => {
            snapshot = await control.snapshot();
          },
        },
      ],
    });
    await expect(interrupted).rejects.toThrow(InterruptedError);
    const { epoch, batch: done } = snapshot!.position;
    expect([epoch, done < 2]).toEqual([1, true]);
    const { history } = await net.fit(numbers.map(batch), { ...options, resume: snapshot! });
    expect(history.loss).toEqual(means([1, 2], [3, 1], [2, 3]));
    net.dispose();
  });
});

describe("a generator that was made before", () => {
  function* few() {
    yield* numbers.map(batch);
  }

  it("cannot begin anew: the error says what can", async () => {
    const net = await compiled();
    const message =
      /^fit: the generator ended after 1 of the 2 batches of epoch 2\. Let it go on without end, or give what can begin anew: an array of batches, or the function\* itself/;
    for (const source of [few(), numbers.map(batch).values(), asyncIterable[Symbol.asyncIterator]()]) {
      const generator = source as BatchGenerator;
      await expect(net.fit(generator, { epochs: 2, stepsPerEpoch: 2 })).rejects.toThrow(message);
    }
    net.dispose();
  });

  const empty: [string, BatchGenerator][] = [
    ["generator", (function* (): Generator<HostBatch> {})()],
    ["function*", function* (): Generator<HostBatch> {}],
    ["iterable", new Set<HostBatch>()],
  ];
  it.each(empty)("an empty %s says so at once", async (_, source) => {
    const net = await compiled();
    const fitting = net.fit(source, { epochs: 2, stepsPerEpoch: 2 });
    await expect(fitting).rejects.toThrow(/ended after 0 of the 2 batches of epoch 1/);
    net.dispose();
  });

  it("is closed when fit ends, fails or is aborted", async () => {
    const net = await compiled();
    let closed = 0;
    function* endless(bad?: HostBatch) {
      try {
        yield batch(1);
        if (bad) yield bad;
        for (;;) yield batch(2);
      } finally {
        closed++;
      }
    }
    async function* slow() {
      try {
        for (;;) yield batch(1);
      } finally {
        closed++;
      }
    }
    const options = { stepsPerEpoch: 2 };
    await net.fit(endless(), options);
    await net.fit(() => endless(), options);
    await net.fit(slow(), options);
    expect(closed).toBe(3);
    await expect(net.fit(endless({ inputs: [1, 2], targets: [1] }), options)).rejects.toThrow(ShapeError);
    expect(closed).toBe(4);
    const again = endless();
    await net.fit(again, options);
    await expect(net.fit(again, options)).rejects.toThrow(
      /A generator that a fit\(\) was given is closed when that ends/,
    );
    net.dispose();
  });

  it("that fails while it is closed does not hide why fit ended", async () => {
    const net = await compiled();
    const failing = (value: HostBatch): Iterable<HostBatch> => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value }),
        return: () => {
          throw new RangeError("closing");
        },
      }),
    });
    const bad = failing({ inputs: [1, 2], targets: [1] });
    await expect(net.fit(bad, { stepsPerEpoch: 1 })).rejects.toThrow(ShapeError);
    await expect(net.fit(failing(batch(1)), { stepsPerEpoch: 1 })).rejects.toThrow(RangeError);
    net.dispose();
  });

  it("that never answers does not keep fit from being aborted", async () => {
    const net = await compiled();
    const controller = new AbortController();
    async function* silent(): AsyncGenerator<HostBatch> {
      yield batch(1);
      controller.abort();
      await new Promise(() => {});
    }
    const fitting = net.fit(silent(), { stepsPerEpoch: 3, signal: controller.signal });
    await expect(fitting).rejects.toThrow(InterruptedError);
    net.dispose();
  });

  it("throws its own error through fit", async () => {
    const net = await compiled();
    const tear = () => {
      throw new RangeError("the file is torn");
    };
    function* broken() {
      yield batch(1);
      tear();
    }
    await expect(net.fit(broken, { stepsPerEpoch: 2 })).rejects.toThrow(new RangeError("the file is torn"));
    expect((await net.fit([batch(3)])).history.loss).toEqual([9]); // the model still trains
    function* unclosed(number: number) {
      try {
        for (;;) yield batch(number);
      } finally {
        tear();
      }
    }
    const options = { stepsPerEpoch: 2 };
    await expect(net.fit(unclosed(1), options)).rejects.toThrow(new RangeError("the file is torn"));
    const first = net.fit(unclosed(Number.NaN), options);
    await expect(first).rejects.toThrow(/^fit: batch 1 of epoch 1: targets: sample 0 has NaN/);
    net.dispose();
  });
});

describe("what is no batch", () => {
  it("is named with its place", async () => {
    const net = await compiled();
    using dataset = GpuDataset.upload(engine(), { inputs: [1], inputShape: [1] });
    const wrong: [unknown, RegExp][] = [
      [[1], /a batch is \{ inputs, targets \} in main memory, got \[1\]/],
      [undefined, /a batch is .* got undefined/],
      [dataset, /got a data set on the GPU/],
      [{ dataset }, /got a data set on the GPU/],
      [{ inputs: [], targets: [] }, /input_1 has 0 values, no samples of \[1\]/],
      [{ inputs: [1, 2], targets: [1] }, /the targets of dense_\d are 1 values for 2 samples/],
      [{ inputs: new Float32Array(4), inputShape: [2] }, /inputs are \[2\], input_1 takes \[1\]/],
    ];
    for (const [bad, message] of wrong) {
      const fitting = net.fit([batch(1), bad as HostBatch]);
      await expect(fitting).rejects.toThrow(message);
      await expect(fitting).rejects.toThrow(/^fit: batch 2 of epoch 1: /);
    }
    net.dispose();
  });

  it("batches are for fit alone, and a function returns some", async () => {
    const net = await compiled();
    const batches = [batch(1)] as unknown as HostBatch;
    const message = /an array or a generator of batches is for fit\(\) only/;
    for (const call of [
      () => net.evaluate(batches),
      () => net.predict(batches),
      () => net.fit(batch(1), { validationData: batches }),
    ])
      await expect(call()).rejects.toThrow(message);
    const none = (() => 7) as unknown as BatchGenerator;
    await expect(net.fit(none, { stepsPerEpoch: 1 })).rejects.toThrow(
      /the function must return batches .* got 7/,
    );
    const broken = (iterator: unknown) => ({ [Symbol.iterator]: () => iterator }) as BatchGenerator;
    for (const signal of [undefined, new AbortController().signal]) {
      const fitting = (source: BatchGenerator) =>
        net.fit(source, { stepsPerEpoch: 1, ...(signal && { signal }) });
      await expect(fitting(broken({ next: () => undefined }))).rejects.toThrow(
        "fit: next() of an iterator gives { value, done }, got undefined.",
      );
      await expect(fitting(broken({}))).rejects.toThrow(/an iterator with next\(\), got \{\}/);
      await expect(fitting(broken(null))).rejects.toThrow(/an iterator with next\(\), got null/);
    }
    await expect(net.fit([])).rejects.toThrow(new ArgumentError("fit: there are no batches in the array."));
    await expect(net.fit(iterable)).rejects.toThrow(/a generator needs stepsPerEpoch/);
    net.dispose();
  });
});
