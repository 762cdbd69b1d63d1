import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { NumericError } from "../../../engine/errors.ts";
import { categoricalCrossentropy } from "../../../kernels/losses/index.ts";
import {
  adam,
  type FitOptions,
  LambdaCallback,
  type Optimizer,
  StepHistory,
  type StepRecord,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { bits, classes, features, tinyData, tinyNetwork, withoutSeconds } from "../tiny.ts";

const engine = useEngine();

const loss = "categorical_crossentropy";
const norm = (values: Iterable<number>) => Math.hypot(...values);

async function fitted(optimizer: Optimizer, options: FitOptions, watched = true, dropout = 0) {
  const net = tinyNetwork(dropout);
  await net.compile({ engine: engine(), optimizer, loss, metrics: ["accuracy"], seed: 5 });
  const steps = StepHistory();
  const callbacks = [...(options.callbacks ?? []), ...(watched ? [steps] : [])];
  const history = await net.fit(tinyData(22), { batchSize: 8, ...options, callbacks });
  const weights = bits(await net.getWeights());
  net.dispose();
  return { steps: steps.steps, weights, history: withoutSeconds(history) };
}

describe("StepHistory", () => {
  it("has gradients and updates of each layer as float64 has them", async () => {
    const net = tinyNetwork(0);
    await net.compile({
      engine: engine(),
      optimizer: adam({ learningRate: 0.1, decay: 0.5 }),
      loss,
      seed: 5,
    });
    const inputs = Float32Array.from(randomArray([8, features], 3).data);
    const labels = Array.from({ length: 8 }, (_, i) => i % classes);
    const oneHot = labels.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));
    const expected: { gradients: Record<string, number>; weights: ReadonlyMap<string, Float32Array> }[] = [];
    const layers = ["dense_1", "dense_2"];
    const look = LambdaCallback({
      onEpochBegin: async () => {
        const paths = net.weights.map(({ path }) => path);
        const found = engine().scope(() => {
          const [x, y] = [engine().tensor(inputs, [8, features]), engine().tensor(oneHot, [8, classes])];
          const value = () => categoricalCrossentropy(net.run(x, { training: true, stream: 0 }), y);
          return gradients(engine(), value, net.trainableWeights).gradients.map((each) =>
            engine().keep(each),
          );
        });
        const values = await Promise.all(found.map((each) => each.data() as Promise<Float32Array>));
        for (const each of found) each.dispose();
        const of = (layer: string) =>
          values.filter((_, i) => paths[i]!.startsWith(layer)).flatMap((v) => [...v]);
        expected.push({
          gradients: Object.fromEntries(layers.map((layer) => [layer, norm(of(layer))])),
          weights: await net.getWeights(),
        });
      },
    });
    const steps = StepHistory();
    await net.fit(inputs, labels, { batchSize: 8, epochs: 3, shuffle: false, callbacks: [look, steps] });
    const after = [...expected.slice(1).map(({ weights }) => weights), await net.getWeights()];
    net.dispose();
    expect(steps.steps).toHaveLength(3);
    for (const [i, record] of steps.steps.entries()) {
      expect([record.epoch, record.batch, record.step]).toEqual([i, 0, i]);
      expect(record.learningRate).toBeCloseTo(0.1 / (1 + 0.5 * i), 6);
      expect(Object.keys(record.gradientNorms)).toEqual(layers);
      for (const layer of layers) {
        const own = expected[i]!.gradients[layer]!;
        expect(Math.abs(record.gradientNorms[layer]! / own - 1)).toBeLessThan(1e-5);
        const changes = [...after[i]!]
          .filter(([path]) => path.startsWith(layer))
          .flatMap(([path, values]) => [...values].map((v, k) => v - expected[i]!.weights.get(path)![k]!));
        expect(Math.abs(record.updateNorms[layer]! / norm(changes) - 1)).toBeLessThan(1e-5);
      }
      expect(record.gradientNorm).toBeCloseTo(norm(Object.values(expected[i]!.gradients)), 4);
    }
  });

  it("has every step once, in order, with loss and metrics of its batch, and changes nothing", async () => {
    const watched = await fitted(adam(), { epochs: 3 }, true, 0.3);
    const plain = await fitted(adam(), { epochs: 3 }, false, 0.3);
    expect(watched.weights).toEqual(plain.weights);
    expect(watched.history).toEqual(plain.history);
    expect(watched.steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(watched.steps.map(({ batch }) => batch)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const mean = (name: string) => (epoch: number) => {
      const sizes = [8, 8, 6];
      const own = watched.steps.filter((step) => step.epoch === epoch);
      return own.reduce((sum, { logs }, i) => sum + (logs[name]! * sizes[i]!) / 22, 0);
    };
    for (const name of ["loss", "accuracy"]) {
      const found = [0, 1, 2].map(mean(name));
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(watched.history[name]![i]!, 5);
    }
  });

  it("measures plain gradient descent before clipping, and the update after it", async () => {
    const { steps } = await fitted(sgd({ learningRate: 0.5 }), { epochs: 2 });
    const clipped = await fitted(sgd({ learningRate: 0.5, clipNorm: 0.01 }), {});
    for (const { gradientNorms, updateNorms } of steps)
      for (const [layer, value] of Object.entries(gradientNorms))
        expect(updateNorms[layer]! / (0.5 * value)).toBeCloseTo(1, 4);
    expect(clipped.steps[0]!.gradientNorms).toEqual(steps[0]!.gradientNorms);
    const all = (record: StepRecord) => norm(Object.values(record.updateNorms));
    expect(all(clipped.steps[0]!)).toBeCloseTo(0.5 * 0.01, 6);
  });

  it("has the steps of a generator, and those up to the one that was not finite", async () => {
    const data = tinyData(24);
    const batch = (i: number, scale = 1) => ({
      inputs: data.inputs.subarray(i * 8 * features, (i + 1) * 8 * features).map((value) => value * scale),
      targets: data.labels.slice(i * 8, i * 8 + 8),
    });
    const net = tinyNetwork(0);
    await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 1e30 }), loss: "mse", seed: 5 });
    const steps = StepHistory();
    const fit = net.fit([batch(0), batch(1, 1e30), batch(2, 1e30)], { callbacks: [steps] });
    await expect(fit).rejects.toThrow(NumericError);
    expect(steps.steps.map(({ batch }) => batch)).toEqual(steps.steps.map((_, i) => i));
    expect(steps.steps.length).toBeGreaterThan(0);
    expect(steps.steps.length).toBeLessThan(4);
    const last = steps.steps.at(-1)!;
    expect(norm(Object.values(last.updateNorms))).toBe(0);
    net.dispose();
  });
});
