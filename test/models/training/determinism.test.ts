import { describe, expect, it } from "vitest";
import { Batches } from "../../../models/data/batches.ts";
import { TrainingLog } from "../../../models/fit/log.ts";
import { TrainingStep } from "../../../models/fit/step.ts";
import { adam, type Optimizer, sgd } from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { tinyData, tinyNetwork, train, withBindingLimit } from "../tiny.ts";

const engine = useEngine();

const data = tinyData(22); // batches of 8, 8 and 6
const optimizers: readonly (readonly [string, () => Optimizer])[] = [
  ["sgd with momentum", () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, decay: 0.01 })],
  ["adam", () => adam({ learningRate: 0.01 })],
];

describe("training", () => {
  it.each(optimizers)("with %s gives the same bits again, and eagerly", async (_, optimizer) => {
    const first = await train(engine(), data, { optimizer: optimizer(), epochs: 3 });
    const second = await train(engine(), data, { optimizer: optimizer(), epochs: 3 });
    const eager = await train(engine(), data, { optimizer: optimizer(), epochs: 3, eager: true });
    expect(second).toEqual(first);
    expect(eager).toEqual(first);
    expect(Object.keys(first.history)).toEqual(["epoch", "loss", "accuracy"]);
    expect(Object.keys(first.slots).length).toBeGreaterThan(0);
  });

  it("depends on the seed, on shuffling and on dropout", async () => {
    const weights = [
      await train(engine(), data, { seed: 7 }),
      await train(engine(), data, { seed: 8 }),
      await train(engine(), data, { shuffle: false }),
      await train(engine(), data, { model: tinyNetwork(0) }),
    ].map((result) => result.weights["dense_1/kernel"]);
    expect(new Set(weights).size).toBe(4);
  });

  it("visits the samples in another order in every epoch", async () => {
    // without a learning rate only the order of the sums differs: the last batch has other samples
    const frozen = () => ({ optimizer: sgd({ learningRate: 0 }), model: tinyNetwork(0), epochs: 3 });
    const rows: number[] = [];
    const onEpoch = (_: number, logs: Record<string, number>) => void rows.push(logs.loss!);
    await train(engine(), tinyData(9), { ...frozen(), onEpoch });
    for (const loss of rows) expect(loss).toBeCloseTo(rows[0]!, 5);
    const weights = await train(engine(), tinyData(9), {
      ...frozen(),
      optimizer: sgd({ learningRate: 0.1 }),
    });
    const ordered = await train(engine(), tinyData(9), {
      ...frozen(),
      optimizer: sgd({ learningRate: 0.1 }),
      shuffle: false,
    });
    expect(weights.weights).not.toEqual(ordered.weights);
  });

  it("does not depend on how the weights are cut into flat buffers", async () => {
    const whole = await train(engine(), data);
    // the weights take 256 bytes each, so that two fit
    const cut = await withBindingLimit(engine(), 512, async () => {
      const model = tinyNetwork();
      return train(engine(), data, { model, onPlan: () => expect(model.store.groups.length).toBe(2) });
    });
    expect(cut.weights).toEqual(whole.weights);
  });

  it("takes no more memory in 1,000 replayed steps", async () => {
    const model = tinyNetwork();
    await model.compile({ optimizer: adam(), loss: "mse", metrics: ["accuracy"], engine: engine() });
    const batches = Batches.open(engine(), tinyData(16), true);
    const log = new TrainingLog(engine(), model.session.objective, 2);
    const step = await TrainingStep.prepare(model.session, batches, log, 8, false);
    step.run(2);
    await engine().sync();
    const before = engine().memory;
    for (let epoch = 0; epoch < 10; epoch++) {
      model.session.step.set({ position: 0, batch: 0 });
      step.run(100);
    }
    await engine().sync();
    expect(engine().memory).toEqual(before);
    expect((await model.session.step.read()).step).toBe(1002);
    for (const owner of [step, log, batches, model]) owner.dispose();
  });
});
