import { describe, expect, it, vi } from "vitest";
import { createEngine } from "../../../engine/device.ts";
import { WgradError } from "../../../engine/errors.ts";
import {
  type ArrayDataset,
  type Callback,
  constant,
  Dense,
  EarlyStopping,
  type FitControl,
  Input,
  input,
  loadWeights,
  type Model,
  model,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { adapterChoice } from "../../engine/adapter-choice.ts";
import { useEngine } from "../../support/engine.ts";
import { bits } from "../tiny.ts";

const engine = useEngine();
const data = {
  inputs: Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)),
  targets: Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)),
};
const options = { epochs: 3, batchSize: 8 };
const sample: [number[], number[]] = [[1, 2, 3, 4], [0]];

async function compiled(learningRate = 0.1, own = engine()): Promise<Model> {
  const net = sequential([Input([4]), Dense(1, { kernelInitializer: constant(0.5) })]);
  await net.compile({ engine: own, optimizer: sgd({ learningRate }), loss: "mse" });
  return net;
}

type Call = (net: Model) => unknown;
const training: Record<string, Call> = {
  fit: (net) => net.fit(data, options),
  trainOnBatch: (net) => net.trainOnBatch(...sample),
};
const reading: Record<string, Call> = {
  evaluate: (net) => net.evaluate(data),
  testOnBatch: (net) => net.testOnBatch(...sample),
  predict: (net) => net.predict(data),
  predictOnBatch: (net) => net.predictOnBatch(sample[0]),
};
const changing: Record<string, Call> = {
  compile: (net) => net.compile({ engine: engine(), optimizer: sgd(), loss: "mse" }),
  dispose: (net) => net.dispose(),
  setWeights: (net) => net.setWeights(new Map([["dense_1/bias", Float32Array.of(1)]])),
  "setWeights of a layer": (net) =>
    net.getLayer("dense_1").setWeights(new Map([["bias", Float32Array.of(1)]])),
  loadWeights: (net) =>
    loadWeights(net, new Map([["dense_1/bias", Float32Array.of(1)]]), { only: "dense_1/bias" }),
};

function pairs(first: Record<string, Call>, second: Record<string, Call>): [string, string, Call, Call][] {
  return Object.entries(first).flatMap(([a, one]) =>
    Object.entries(second).map(([b, other]): [string, string, Call, Call] => [a, b, one, other]),
  );
}

describe("two calls on one model at once", () => {
  it.each([
    ...pairs(training, { ...training, ...reading, ...changing }),
    ...pairs(reading, { ...training, ...changing }),
    ...pairs({ compile: changing.compile! }, { ...training, ...reading, ...changing }),
  ])("%s, then %s: the second is refused, the first is what it is alone", async (_a, _b, first, second) => {
    const alone = await compiled();
    await first(alone);
    const net = await compiled();
    const running = first(net);
    await expect((async () => second(net))()).rejects.toThrow(
      /: \w+\(\) of sequential_1 has not finished, .* Await it first/,
    );
    await running;
    expect(bits(await net.getWeights())).toEqual(bits(await alone.getWeights()));
    await second(net); // and now it has its turn
    for (const each of [alone, net]) each.dispose();
  });

  it("that only read go on side by side", async () => {
    const net = await compiled();
    const [alone, loss] = [await net.predict(data), await net.evaluate(data)];
    const both = [net.predict(data), net.predict(data), net.evaluate(data)] as const;
    expect(await Promise.all(both)).toEqual([alone, alone, loss]);
    net.dispose();
  });

  it("are no matter of other models and engines", async () => {
    const other = await createEngine({ adapter: adapterChoice });
    const nets = [await compiled(), await compiled(), await compiled(0.1, other)];
    const alone = await compiled();
    const expected = (await alone.fit(data, options)).history.loss;
    for (const { history } of await Promise.all(nets.map((net) => net.fit(data, options))))
      expect(history.loss).toEqual(expected);
    for (const net of [alone, ...nets]) net.dispose();
    other.dispose();
  });

  it("are fine once the first has failed or was aborted", async () => {
    const net = await compiled();
    await expect(net.fit({ ...data, targets: new Float32Array(3) }, options)).rejects.toThrow(WgradError);
    const stop = new AbortController();
    const onEpoch = () => stop.abort();
    await expect(net.fit(data, { ...options, onEpoch, signal: stop.signal })).rejects.toThrow("Interrupted");
    const failing = () => {
      throw new Error("of the user");
    };
    await expect(net.fit(data, { ...options, onEpoch: failing })).rejects.toThrow("of the user");
    const fresh = await compiled(0);
    net.setWeights(await fresh.getWeights());
    expect(await net.evaluate(data)).toEqual(await fresh.evaluate(data));
    for (const each of [net, fresh]) each.dispose();
  });
});

describe("a callback with a state of its own", () => {
  it("works for one fit at a time", async () => {
    const [net, other] = [await compiled(), await compiled()];
    const callbacks = [EarlyStopping({ monitor: "loss", patience: 1 })];
    const running = net.fit(data, { ...options, callbacks });
    await expect(other.fit(data, { ...options, callbacks })).rejects.toThrow(
      "fit: the callback EarlyStopping works for another fit() that has not ended, and it has a state of its own. " +
        "Make one for each: EarlyStopping({ ... }).",
    );
    await running;
    await other.fit(data, { ...options, callbacks }); // and now it may
    const twice = [...callbacks, ...callbacks];
    await expect(other.fit(data, { ...options, callbacks: twice })).rejects.toThrow(
      "fit: the callback EarlyStopping is in the list twice",
    );
    await other.fit(data, { ...options, callbacks });
    for (const each of [net, other]) each.dispose();
  });
});

describe("trainable that is changed after compile()", () => {
  it("is told once, and counts from the next compile() on", async () => {
    const told = vi.spyOn(console, "warn").mockImplementation(() => {});
    try {
      const net = sequential([Input([4]), Dense(2), Dense(1, { trainable: false })]);
      const compile = () => net.compile({ engine: engine(), optimizer: sgd(), loss: "mse" });
      await compile();
      await net.fit(data, options);
      expect(told).not.toHaveBeenCalled();
      net.getLayer("dense_1").trainable = false;
      net.getLayer("dense_2").trainable = true;
      const before = await net.getWeights();
      await net.fit(data, options);
      await net.trainOnBatch(...sample);
      expect(told.mock.calls).toEqual([
        [
          "fit: trainable was changed after compile(): dense_1 trained and dense_2 not trained as before. " +
            "compile() again makes the change count.",
        ],
      ]);
      const after = await net.getWeights();
      expect(after.get("dense_1/kernel")).not.toEqual(before.get("dense_1/kernel"));
      expect(after.get("dense_2/kernel")).toEqual(before.get("dense_2/kernel"));
      await compile();
      await net.fit(data, options);
      expect(told).toHaveBeenCalledTimes(1);
      expect((await net.getWeights()).get("dense_1/kernel")).toEqual(after.get("dense_1/kernel"));
      net.dispose();
    } finally {
      told.mockRestore();
    }
  });
});

describe("models that share layers", () => {
  async function shared(trainable = true) {
    const x = input([4]);
    const code = Dense(2, { trainable, name: "code" }).apply(x);
    const [encoder, whole] = [code, Dense(4).apply(code)].map((outputs) => model({ inputs: x, outputs }));
    const probe = model({ inputs: x, outputs: Dense(1).apply(code) });
    for (const net of [whole!, probe])
      await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 0.1 }), loss: "mse" });
    return { encoder: encoder!, whole: whole!, probe };
  }
  const inputs = { inputs: data.inputs, targets: data.inputs };

  it("do not train, predict or change while one of them trains", async () => {
    const { encoder, whole, probe } = await shared();
    const running = whole.fit(inputs, options);
    await expect(probe.fit(data, options)).rejects.toThrow(/^fit: fit\(\) of model_1 has not finished/);
    await expect(encoder.predict(inputs)).rejects.toThrow("predict: fit()");
    expect(() => encoder.setWeights(new Map())).toThrow("setWeights: fit()");
    probe.dispose(); // its own layer is its own matter
    await running;
    whole.dispose();
  });

  it("train at once where what they share is frozen", async () => {
    const [both, alone] = [await shared(false), await shared(false)];
    const expected = [await alone.whole.fit(inputs, options), await alone.probe.fit(data, options)];
    const found = await Promise.all([both.whole.fit(inputs, options), both.probe.fit(data, options)]);
    for (const [i, { history }] of found.entries()) expect(history.loss).toEqual(expected[i]!.history.loss);
    for (const net of [both, alone].flatMap(({ whole, probe }) => [whole, probe])) net.dispose();
  });

  it("do not where it was frozen after compile(), which trains it on", async () => {
    const { encoder, whole, probe } = await shared();
    const told = vi.spyOn(console, "warn").mockImplementation(() => {});
    for (const trainable of [false, true, false]) {
      encoder.getLayer("code").trainable = trainable;
      const before = await encoder.getWeights();
      const running = whole.fit(inputs, options);
      await expect(probe.fit(data, options)).rejects.toThrow(/^fit: fit\(\) of model_1 has not finished/);
      await running;
      expect(bits(await encoder.getWeights())).not.toEqual(bits(before));
    }
    expect(told).toHaveBeenCalledTimes(2);
    told.mockRestore();
    for (const net of [whole, probe]) net.dispose();
  });

  it("keep the shared weights while one of them is read and another is disposed of", async () => {
    const { encoder, whole, probe } = await shared();
    probe.dispose();
    const codes = encoder.predict({ inputs: data.inputs });
    expect(() => whole.dispose()).toThrow("dispose: predict() of");
    await codes;
    whole.dispose();
  });
});

describe("within fit", () => {
  async function fitWith(callback: Omit<Callback, "name">, net: Model) {
    return net.fit(data, { ...options, callbacks: [{ name: "test", ...callback }] });
  }

  it("callbacks evaluate, with the weights as they are then", async () => {
    const [net, twin, alone] = [await compiled(), await compiled(), await compiled()];
    const [found, expected]: number[][] = [[], []];
    const look = async ({ model: own }: FitControl) => {
      found!.push((await own.evaluate(data)).loss!);
      twin.setWeights(await own.getWeights());
      expected!.push((await twin.evaluate(data)).loss!);
    };
    const hooks = {
      onTrainBegin: look,
      onEpochEnd: (_: number, __: unknown, control: FitControl) => look(control),
    };
    const history = await fitWith(hooks, net);
    expect(found).toEqual(expected);
    expect(new Set(found).size).toBe(4);
    expect(history.history.loss).toEqual((await alone.fit(data, options)).history.loss);
    for (const each of [net, twin, alone]) each.dispose();
  });

  it("what a callback has begun without await is done before the next step", async () => {
    const [net, alone] = [await compiled(), await compiled()];
    const begun: Promise<Record<string, number>>[] = [];
    const onEpochEnd = () => void begun.push(net.evaluate(data, { batchSize: 1 }));
    await fitWith({ onEpochEnd }, net);
    const found = (await Promise.all(begun)).map(({ loss }) => loss);
    const expected: (number | undefined)[] = [];
    const measure = async () => void expected.push((await alone.evaluate(data, { batchSize: 1 })).loss);
    await fitWith({ onEpochEnd: measure }, alone);
    expect(found).toEqual(expected);
    for (const each of [net, alone]) each.dispose();
  });

  it("onEpoch may be asynchronous, and a generator may predict", async () => {
    const [net, alone] = [await compiled(), await compiled()];
    const losses: number[] = [];
    const onEpoch = async () => {
      await net.predict(data);
      losses.push((await net.evaluate(data)).loss!);
    };
    async function* batches(from: Model): AsyncGenerator<ArrayDataset> {
      for (;;) {
        const outputs = await from.predict(data); // e.g. to choose hard examples
        yield { inputs: data.inputs, targets: outputs.map((y) => y / 2) };
      }
    }
    const run = (own: Model, more = {}) => own.fit(batches(own), { epochs: 2, stepsPerEpoch: 2, ...more });
    const history = await run(net, { onEpoch });
    expect(losses).toHaveLength(2);
    expect(history.history.loss).toEqual((await run(alone)).history.loss);
    for (const each of [net, alone]) each.dispose();
  });

  it("callbacks do not train, compile or dispose of the model", async () => {
    const net = await compiled();
    for (const call of [training.fit, training.trainOnBatch, changing.compile, changing.dispose]) {
      const refused = fitWith({ onEpochEnd: async () => void (await call!(net)) }, net);
      await expect(refused).rejects.toThrow(": fit() of sequential_1 has not finished");
    }
    net.dispose();
  });

  it("getWeights() reads the weights of one step", async () => {
    const net = sequential([
      Input([1]),
      Dense(1, { kernelInitializer: constant(1) }),
      Dense(1, { useBias: false }),
    ]);
    await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 1e-3 }), loss: "mse" });
    const line = { inputs: new Float32Array(64).fill(1), targets: new Float32Array(64).fill(9) };
    const seen = new Set<string>();
    const note = async () => void seen.add(JSON.stringify(bits(await net.getWeights())));
    const initial = await net.getWeights();
    await net.fit(line, { epochs: 1, batchSize: 1, callbacks: [] });
    net.setWeights(initial);
    const running = net.fit(line, { epochs: 1, batchSize: 1 });
    let done = false;
    void running.then(() => {
      done = true;
    });
    while (!done) await note();
    net.setWeights(initial);
    const steps = new Set([JSON.stringify(bits(initial))]);
    for (let i = 0; i < 64; i++) {
      await net.trainOnBatch([1], [9]);
      steps.add(JSON.stringify(bits(await net.getWeights())));
    }
    expect([...seen].filter((weights) => !steps.has(weights))).toEqual([]);
    net.dispose();
  });
});
