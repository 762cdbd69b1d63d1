import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import {
  adam,
  type Callback,
  constantRate,
  cosine,
  type FitOptions,
  halving,
  LearningRateScheduler,
  type Optimizer,
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
  sgd,
  type TrainingSnapshot,
  warmup,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { tinyData, train } from "../tiny.ts";
import { report, scripted, snapshotAfter } from "./scripted.ts";

const engine = useEngine();

// Worked by hand from ReduceLROnPlateau.on_epoch_end of keras/callbacks.py, Keras 2.3.1; the first rate is 1.
const plateaus: [string, ReduceLROnPlateauOptions, readonly number[], readonly number[]][] = [
  [
    "multiplies after `patience` epochs that are not better",
    { factor: 0.5, patience: 2 },
    [1, 1, 1, 1, 1, 1],
    [1, 1, 1, 0.5, 0.5, 0.25],
  ],
  ["leaves it where every epoch is better", { factor: 0.5, patience: 1 }, [5, 4, 3, 2], [1, 1, 1, 1]],
  [
    "counts none in the cooldown but its last epoch",
    { factor: 0.5, patience: 1, cooldown: 2 },
    [1, 1, 1, 1, 1, 1, 1],
    [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125],
  ],
  [
    "counts an improvement in the cooldown",
    { factor: 0.5, patience: 1, cooldown: 3 },
    [1, 1, 0.5, 0.75, 0.75, 0.75],
    [1, 1, 0.5, 0.5, 0.5, 0.25],
  ],
  [
    "does not fall below minLr",
    { factor: 0.5, patience: 1, minLr: 0.3 },
    [1, 1, 1, 1, 1],
    [1, 1, 0.5, 0.3, 0.3],
  ],
  [
    "takes a change of less than minDelta, 1e-4 by default, for none",
    { factor: 0.5, patience: 1 },
    [1, 0.99995, 0.9998, 0.9998],
    [1, 1, 0.5, 0.5],
  ],
  [
    "takes more for better if told so",
    { factor: 0.5, patience: 1, mode: "max" },
    [1, 2, 1.5, 1.5],
    [1, 1, 1, 0.5],
  ],
  ["waits ten epochs and divides by ten by default", {}, Array(12).fill(1), [...Array(11).fill(1), 0.1]],
];

describe("ReduceLROnPlateau", () => {
  it.each(plateaus)("%s", async (_, options, values, rates) => {
    const run = await scripted(engine(), values, [ReduceLROnPlateau(options)]);
    expect(run.rates).toEqual(rates);
    expect(run.history.history.lr).toEqual(rates);
  });

  it("trains with the rate that it sets", async () => {
    const reduced = await scripted(engine(), [1, 1, 1], [ReduceLROnPlateau({ factor: 0.5, patience: 1 })]);
    const set = await scripted(engine(), [1, 1, 1], [LearningRateScheduler((epoch) => [1, 1, 0.5][epoch]!)]);
    expect(reduced.finalWeights).toEqual(set.finalWeights);
    const constant = await scripted(engine(), [1, 1, 1], []);
    expect(reduced.finalWeights).not.toEqual(constant.finalWeights);
  });

  it("refuses options that make no sense", () => {
    expect(() => ReduceLROnPlateau({ factor: 1 })).toThrow(
      "ReduceLROnPlateau: factor must be 0 or more and less than 1, got 1.",
    );
    for (const options of [{ patience: -1 }, { cooldown: 0.5 }, { minDelta: -1 }, { minLr: Number.NaN }]) {
      expect(() => ReduceLROnPlateau(options)).toThrow(ArgumentError);
    }
    expect(() => ReduceLROnPlateau({ minLR: 1 } as object)).toThrow("no option minLR. Did you mean minLr?");
  });
});

describe("LearningRateScheduler", () => {
  it("sets the rate of every epoch, from the epoch and the rate in force", async () => {
    const halve = await scripted(engine(), [1, 1, 1], [LearningRateScheduler((_, rate) => rate / 2)]);
    expect(halve.history.history.lr).toEqual([0.5, 0.25, 0.125]);
    const schedule = LearningRateScheduler(halving({ initial: 1, every: 2, floor: 0.4 }));
    const floor = await scripted(engine(), [1, 1, 1, 1, 1], [schedule]);
    expect(floor.rates).toEqual([1, 1, 0.5, 0.5, 0.4]);
  });

  it("refuses what is no schedule, and rates that are none", async () => {
    expect(() => LearningRateScheduler(0.1 as never)).toThrow(
      "LearningRateScheduler: schedule must be a function of the epoch, got 0.1.",
    );
    for (const rate of [Number.NaN, -1, undefined as unknown as number]) {
      await expect(scripted(engine(), [1], [LearningRateScheduler(() => rate)])).rejects.toThrow(
        `LearningRateScheduler: the schedule must give a rate of 0 or more, gave ${rate} at 0.`,
      );
    }
  });
});

const data = tinyData(22); // 3 batches of 8

/** Ends training within epoch 1 (from 0), after its first submit; gives the snapshot. */
async function interrupted(options: FitOptions & { optimizer?: Optimizer }): Promise<TrainingSnapshot> {
  const controller = new AbortController();
  let snapshot: TrainingSnapshot | undefined;
  const abort: Callback = {
    name: "abort",
    onEpochBegin: (epoch) => void (epoch === 1 && controller.abort()),
    onInterrupt: async (control) => {
      snapshot = await control.snapshot();
    },
  };
  const callbacks = [...(options.callbacks ?? []), abort];
  await expect(train(engine(), data, { ...options, callbacks, signal: controller.signal })).rejects.toThrow(
    "Interrupted in epoch 2 after 1 of 3 batches.",
  );
  return snapshot!;
}

describe("learning rates after a resume", () => {
  it.each([0, 1, 2, 3, 4])("go on to the same bits, from the end of epoch %i", async (epoch) => {
    const values = [1, 1, 1, 0.5, 0.6, 0.6];
    const callbacks = () => [report(values), ReduceLROnPlateau({ factor: 0.5, patience: 1, cooldown: 1 })];
    const options = { optimizer: adam({ learningRate: 0.05 }), epochs: 6 };
    const whole = await train(engine(), data, { ...options, callbacks: callbacks() });
    expect(whole.history.lr).toEqual([0.05, 0.05, 0.025, 0.0125, 0.0125, 0.00625]);
    const { callback, taken } = snapshotAfter(epoch);
    await train(engine(), data, { ...options, epochs: epoch + 1, callbacks: [...callbacks(), callback] });
    expect(await train(engine(), data, { ...options, callbacks: callbacks(), resume: taken() })).toEqual(
      whole,
    );
  });

  it("are not scheduled twice in an epoch that was interrupted", async () => {
    const options = () => ({
      optimizer: sgd({ learningRate: 0.5, momentum: 0.9 }),
      epochs: 3,
      callbacks: [LearningRateScheduler((_, rate) => rate * 0.5)],
    });
    const whole = await train(engine(), data, options());
    expect(whole.history.lr).toEqual([0.25, 0.125, 0.0625]);
    const resume = await interrupted(options());
    expect(resume.position).toMatchObject({ epoch: 1, batch: 1, learningRate: 0.125 });
    expect(await train(engine(), data, { ...options(), resume })).toEqual(whole);
  });

  it("come from the step again, if the optimizer has a schedule", async () => {
    const learningRate = warmup(2, cosine({ initial: 0.5, length: 6, floor: 0.01 }));
    const options = () => ({ optimizer: sgd({ learningRate, momentum: 0.9 }), epochs: 3 });
    const whole = await train(engine(), data, options());
    const resume = await interrupted(options());
    expect(resume.position).toMatchObject({ step: 4, learningRate: learningRate(3) }); // of the last step that ran
    expect(await train(engine(), data, { ...options(), resume })).toEqual(whole);
    expect(await train(engine(), data, { ...options(), eager: true })).toEqual(whole);
  });
});

describe("a schedule as an optimizer's learning rate", () => {
  it("counts steps", async () => {
    const rates = [0.4, 0.2, 0.1, 0.05, 0.025, 0.0125];
    const asked: number[] = [];
    const schedule = (step: number) => {
      asked.push(step);
      return rates[step]!;
    };
    const optimizer = sgd({ learningRate: schedule });
    expect(optimizer).toMatchObject({ learningRate: 0.4, config: { learningRate: 0.4, scheduled: true } });
    asked.length = 0;
    const byStep = await train(engine(), tinyData(16), { optimizer, epochs: 3 });
    expect(asked).toEqual([0, 1, 2, 3, 4, 5]); // 2 batches in each of 3 epochs
    // the same with one batch per epoch and a rate per epoch
    const whole = { batchSize: 16, epochs: 6, shuffle: false };
    const scheduled = await train(engine(), tinyData(16), { ...whole, optimizer });
    const callbacks = [LearningRateScheduler((epoch) => rates[epoch]!)];
    const perEpoch = await train(engine(), tinyData(16), { ...whole, callbacks });
    expect(scheduled.weights).toEqual(perEpoch.weights);
    const constant = await train(engine(), tinyData(16), {
      epochs: 3,
      optimizer: sgd({ learningRate: 0.4 }),
    });
    expect(byStep.weights).not.toEqual(constant.weights);
  });

  it("is asked before every step, however many are under way", async () => {
    const asked: number[] = [];
    const learningRate = (step: number) => 0.1 / (1 + asked.push(step));
    await train(engine(), tinyData(60), { optimizer: sgd({ learningRate }), epochs: 2, batchSize: 1 });
    expect(asked).toEqual([0, ...Array(120).keys()]); // the first 0 by sgd() itself
  });

  it("that is constant gives the bits of the number", async () => {
    const options = (learningRate: number | ((step: number) => number)) => ({
      optimizer: adam({ learningRate, decay: 0.1 }),
      epochs: 2,
    });
    const scheduled = await train(engine(), data, options(constantRate(0.02)));
    expect(scheduled).toEqual(await train(engine(), data, options(0.02)));
  });

  it("that is none is refused from any callback, and one beyond float32 too", async () => {
    for (const rate of [Number.NaN, -1, Infinity, 1e39, "1" as unknown as number]) {
      const setting: Callback = {
        name: "setting",
        onEpochBegin(_, control) {
          control.learningRate = rate;
        },
      };
      await expect(train(engine(), data, { optimizer: sgd(), callbacks: [setting] })).rejects.toThrow(
        /^fit: learningRate must be 0 or more, got /,
      );
    }
    const optimizer = sgd({ learningRate: (step) => (step < 2 ? 0.1 : 1e39) });
    await expect(train(engine(), data, { optimizer })).rejects.toThrow("gave 1e+39 at 2.");
  });

  it("cannot be overruled by a callback, and must give rates", async () => {
    const optimizer = sgd({ learningRate: constantRate(0.1) });
    const callbacks = [LearningRateScheduler(() => 1)];
    await expect(train(engine(), data, { optimizer, callbacks })).rejects.toThrow(
      "fit: the optimizer's learning rate is a function of the step, so no callback can set it.",
    );
    expect(() => sgd({ learningRate: () => -1 })).toThrow("sgd: learningRate must be 0 or more, got -1.");
    const late = sgd({ learningRate: (step) => (step < 2 ? 0.1 : Number.NaN) });
    await expect(train(engine(), data, { optimizer: late })).rejects.toThrow(
      "sgd: the schedule must give a rate of 0 or more, gave NaN at 2.",
    );
  });
});
