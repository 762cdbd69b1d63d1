import { afterEach, describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../../../engine/device.ts";
import { ArgumentError, DeviceLostError, InterruptedError } from "../../../engine/errors.ts";
import { Dense, Input, input, type Model, model, sequential, sgd } from "../../../models/index.ts";
import { adapterChoice } from "../../engine/adapter-choice.ts";

const opened: Engine[] = [];
async function open(): Promise<Engine> {
  const engine = await createEngine({ adapter: adapterChoice });
  opened.push(engine);
  return engine;
}
afterEach(() => {
  for (const engine of opened.splice(0)) engine.dispose();
});

const data = { inputs: new Float32Array(256).fill(1), targets: new Float32Array(64).fill(1) };
const options = { optimizer: sgd({ learningRate: 0.1 }), loss: "mse" };

async function compiled(engine: Engine): Promise<Model> {
  const net = sequential([Input([4]), Dense(1)]);
  await net.compile({ engine, ...options });
  return net;
}

const ends: [string, (engine: Engine) => void, new (message: string) => Error][] = [
  ["its device is lost", (engine) => engine.device.destroy(), DeviceLostError],
  ["its engine is disposed of", (engine) => engine.dispose(), ArgumentError],
];

describe.each(ends)("a model, when %s", (_name, end, ErrorClass) => {
  it.each([
    ["fit", (net: Model) => net.fit(data, { epochs: 1000, batchSize: 1 })],
    ["evaluate", (net: Model) => net.evaluate(data, { batchSize: 1 })],
    ["predict", (net: Model) => net.predict({ inputs: data.inputs }, { batchSize: 1 })],
    ["trainOnBatch", (net: Model) => net.trainOnBatch(data.inputs, data.targets)],
  ])("rejects %s, and compiles on a new engine as a fresh one does", async (_call, call) => {
    const engine = await open();
    const net = await compiled(engine);
    const running = call(net);
    setImmediate(() => end(engine));
    await expect(running).rejects.toThrow(ErrorClass);
    const other = await open();
    const fresh = await compiled(other);
    await net.compile({ engine: other, ...options });
    expect(await net.getWeights()).toEqual(await fresh.getWeights());
    const [found, expected] = [await net.fit(data), await fresh.fit(data)];
    expect(found.history.loss).toEqual(expected.history.loss);
  });

  it("and others that share its weights, goes to a new engine with them, one after the other", async () => {
    const engine = await open();
    const x = input([4]);
    const code = Dense(2).apply(x);
    const withHead = (units: number) => model({ inputs: x, outputs: Dense(units).apply(code) });
    const [one, two] = [withHead(1), withHead(4)];
    for (const net of [one, two]) await net.compile({ engine, ...options });
    end(engine);
    const other = await open();
    for (const net of [one, two]) await net.compile({ engine: other, ...options });
    await one.fit(data);
    const shared = async (net: Model) => (await net.getWeights()).get("dense_1/kernel");
    expect(await shared(one)).toEqual(await shared(two));
    one.dispose();
    await two.predict({ inputs: data.inputs });
    two.dispose();
  });
});

describe("a fit that waits for its generator", () => {
  it("ends when its signal aborts; the model can be used at once", async () => {
    const net = await compiled(await open());
    const stop = new AbortController();
    let given = 0;
    async function* batches() {
      yield data;
      given++;
      stop.abort();
      await new Promise(() => {}); // for ever
    }
    const interrupted: number[] = [];
    const fit = net.fit(batches(), {
      stepsPerEpoch: 5,
      signal: stop.signal,
      callbacks: [
        {
          name: "test",
          onInterrupt: async (control) => void interrupted.push((await control.snapshot()).position.batch),
        },
      ],
    });
    await expect(fit).rejects.toThrow(InterruptedError);
    expect([given, interrupted]).toEqual([1, [1]]);
    await net.evaluate(data);
  });
});
