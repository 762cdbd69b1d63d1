import { describe, expect, it } from "vitest";
import {
  Dropout,
  GaussianNoise,
  Input,
  input,
  type Layer,
  type Model,
  model,
  readCheckpoint,
  saveCheckpoints,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { useEngine } from "../../support/engine.ts";
import { tinyData, tinyNetwork } from "../tiny.ts";

const engine = useEngine();
const folder = useTemporaryFolder();
const features = 64;
const inputs = Float32Array.from({ length: 3 * features }, (_, i) => 2 + Math.sin(i));
const ones = new Float32Array(features).fill(1);
const targets = new Float32Array(3 * features);

async function compiled(net: Model, seed = 1): Promise<Model> {
  await net.compile({ engine: engine(), optimizer: sgd(), loss: "mse", learningPhase: 1, seed });
  return net;
}

const fresh = (layer: Layer, seed?: number) => compiled(sequential([Input([features]), layer]), seed);

/** What six calls draw, one after the other, in batches of two samples and one. */
async function drawn(net: Model): Promise<string[]> {
  const draws: string[] = [];
  for (let i = 0; i < 2; i++) {
    const outputs = await net.predict({ inputs }, { batchSize: 2 });
    draws.push(...[0, 1, 2].map((row) => String(outputs.subarray(row * features, (row + 1) * features))));
    draws.push(String((await net.evaluate({ inputs, targets })).loss));
    draws.push(String(await net.predictOnBatch(inputs.subarray(0, features))));
    draws.push(String((await net.testOnBatch(inputs, targets)).loss));
  }
  net.dispose();
  return draws;
}

describe("learningPhase 1", () => {
  it.each([
    ["Dropout", () => Dropout(0.5)],
    ["GaussianNoise", () => GaussianNoise(1)],
  ])("%s draws anew in each call, repeatably by the seed of compile()", async (_name, layer) => {
    const draws = await drawn(await fresh(layer(), 1));
    expect(draws).toHaveLength(12);
    expect(await drawn(await fresh(layer(), 1))).toEqual(draws);
    const other = await drawn(await fresh(layer(), 2));
    expect(new Set([...draws, ...other]).size).toBe(24);
  });

  it("two layers, and two uses of one layer, draw different numbers", async () => {
    const x = input([features]);
    const shared = Dropout(0.5);
    const outputs = [Dropout(0.5).apply(x), shared.apply(x), shared.apply(x), Dropout(0.5).apply(x)];
    const net = await compiled(model({ inputs: x, outputs }));
    const masks = Object.values(await net.predictOutputs({ inputs: ones }));
    expect(new Set(masks.map(String)).size).toBe(4);
    for (const mask of masks) expect(new Set(mask)).toEqual(new Set([0, 2]));
    net.dispose();
  });

  it("sets of one epoch, and epochs of several fits, draw anew; a resumed run as without the interruption", async () => {
    const data = { inputs, targets };
    const evaluationSets = { a: data, b: data };
    const net = tinyNetwork();
    const sets = { a: tinyData(9), b: tinyData(9) };
    const run = async (options = {}) => {
      const loss = "categorical_crossentropy";
      await net.compile({
        engine: engine(),
        optimizer: sgd({ learningRate: 0 }),
        loss,
        learningPhase: 1,
        seed: 3,
      });
      return (await net.fit(tinyData(9), { epochs: 3, evaluationSets: sets, ...options })).history;
    };
    const whole = await run();
    await run({ epochs: 1, callbacks: [saveCheckpoints(folder())] });
    const resumed = await run({ resume: await readCheckpoint(folder()) });
    for (const name of ["a_loss", "b_loss"]) expect(resumed[name]).toEqual(whole[name]);
    expect(new Set([...whole.a_loss!, ...whole.b_loss!]).size).toBe(6);
    net.dispose();
    const noise = await fresh(GaussianNoise(1));
    const losses: (number | null)[] = [];
    for (let i = 0; i < 2; i++) {
      const { history } = await noise.fit(data, { epochs: 1, evaluationSets });
      losses.push(...history.a_loss!, ...history.b_loss!);
    }
    expect(new Set(losses).size).toBe(4);
    noise.dispose();
  });

  it("trainOnBatch draws anew in each call, in either phase", async () => {
    const net = await fresh(GaussianNoise(1));
    const losses = [];
    for (let i = 0; i < 4; i++) losses.push((await net.trainOnBatch(inputs, targets)).loss);
    expect(new Set(losses).size).toBe(4);
    net.dispose();
  });
});
