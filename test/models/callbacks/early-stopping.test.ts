import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, FileError } from "../../../engine/errors.ts";
import { EarlyStopping, type EarlyStoppingOptions, type FitControl } from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { scripted, snapshotAfter } from "./scripted.ts";

const engine = useEngine();

interface Case {
  readonly what: string;
  readonly options: EarlyStoppingOptions;
  readonly values: readonly number[];
  readonly quantity?: string;
  /** last epoch, from 0; undefined if it runs through */
  readonly stops?: number;
  /** epoch whose weights the model ends with */
  readonly weightsOf: number;
}

// Worked by hand from EarlyStopping.on_epoch_end of keras/callbacks.py, Keras 2.3.1.
const cases: Case[] = [
  {
    what: "stops after `patience` epochs that are not better and goes back to the best",
    options: { patience: 2, restoreBestWeights: true },
    values: [1, 0.9, 0.95, 0.92, 0.8],
    stops: 3,
    weightsOf: 1,
  },
  {
    what: "keeps the last weights unless told otherwise",
    options: { patience: 2 },
    values: [1, 0.9, 0.95, 0.92, 0.8],
    stops: 3,
    weightsOf: 3,
  },
  {
    what: "counts from anew after an improvement",
    options: { patience: 2, restoreBestWeights: true },
    values: [1, 1.1, 0.9, 1, 0.8, 0.9, 0.9],
    stops: 6,
    weightsOf: 4,
  },
  {
    what: "with patience 0 stops at the first epoch that is not better; an equal one is not",
    options: { restoreBestWeights: true },
    values: [1, 0.9, 0.9, 0.1],
    stops: 2,
    weightsOf: 1,
  },
  {
    what: "does not count changes of minDelta",
    options: { patience: 2, minDelta: 0.125, restoreBestWeights: true },
    values: [1, 0.875, 0.9375, 0.5],
    stops: 2,
    weightsOf: 0,
  },
  {
    what: "counts an improvement on the best of more than minDelta, even in small steps",
    options: { patience: 2, minDelta: 0.125, restoreBestWeights: true },
    values: [1, 0.9375, 0.75, 0.8, 0.75, 0],
    stops: 4,
    weightsOf: 2,
  },
  {
    what: "takes more for better if the name has acc in it",
    options: { monitor: "val_acc", patience: 2, restoreBestWeights: true },
    quantity: "val_acc",
    values: [0.5, 0.6, 0.6, 0.59, 0.9],
    stops: 3,
    weightsOf: 1,
  },
  {
    what: "takes more for better if told so",
    options: { mode: "max", patience: 1, restoreBestWeights: true },
    values: [1, 2, 0],
    stops: 2,
    weightsOf: 1,
  },
  {
    what: "takes less of an accuracy if told so",
    options: { monitor: "accuracy", mode: "min", patience: 1, restoreBestWeights: true },
    quantity: "accuracy",
    values: [0.5, 0.4, 0.6],
    stops: 2,
    weightsOf: 1,
  },
  {
    what: "stops if the baseline is not reached in time, and goes back to the best before (Keras fails there)",
    options: { patience: 3, baseline: 0.5, restoreBestWeights: true },
    values: [1, 0.6, 0.7, 0.1],
    stops: 2,
    weightsOf: 1,
  },
  {
    what: "has to improve on the baseline first, on the best from then on",
    options: { patience: 2, baseline: 0.95, restoreBestWeights: true },
    values: [1, 0.9, 0.94, 0.93, 0.1],
    stops: 3,
    weightsOf: 1,
  },
  {
    what: "does not look at the epochs before startFromEpoch",
    options: { patience: 1, startFromEpoch: 2, restoreBestWeights: true },
    values: [0.1, 0.2, 1, 1.1, 0],
    stops: 3,
    weightsOf: 2,
  },
  {
    what: "restores nothing if it did not stop",
    options: { patience: 5, restoreBestWeights: true },
    values: [1, 0.5, 0.7],
    weightsOf: 2,
  },
  {
    what: 'restores all the same with "always"',
    options: { patience: 5, restoreBestWeights: "always" },
    values: [1, 0.5, 0.7],
    weightsOf: 1,
  },
  {
    what: 'restores with "always" what stopping has restored',
    options: { patience: 1, restoreBestWeights: "always" },
    values: [1, 0.5, 0.7, 0.2],
    stops: 2,
    weightsOf: 1,
  },
  {
    what: "stops in the last epoch, too",
    options: { patience: 1, restoreBestWeights: true },
    values: [1, 0.5, 0.7],
    stops: 2,
    weightsOf: 1,
  },
  {
    what: "takes NaN for no improvement",
    options: { patience: 2, restoreBestWeights: true },
    values: [1, Number.NaN, Number.NaN, 0],
    stops: 2,
    weightsOf: 0,
  },
  {
    what: "has nothing to go back to after NaN alone",
    options: { patience: 2, restoreBestWeights: true },
    values: [Number.NaN, Number.NaN, 0],
    stops: 1,
    weightsOf: 1,
  },
];

describe("EarlyStopping", () => {
  it.each(cases)("$what", async ({ options, values, quantity, stops, weightsOf }) => {
    const callback = EarlyStopping(options);
    const run = await scripted(engine(), values, [callback], quantity ? { quantity } : {});
    expect(callback.stoppedEpoch).toBe(stops);
    expect(run.history.epoch).toHaveLength((stops ?? values.length - 1) + 1);
    expect(run.weightsAfter.findIndex((weights) => same(weights, run.finalWeights))).toBe(weightsOf);
  });

  it("starts afresh in every fit", async () => {
    const callback = EarlyStopping({ patience: 1 });
    await scripted(engine(), [1, 2, 3], [callback]);
    expect(callback.stoppedEpoch).toBe(1);
    const again = await scripted(engine(), [2, 1.5, 1.2], [callback]);
    expect(again.history.epoch).toEqual([1, 2, 3]);
    expect(callback.stoppedEpoch).toBeUndefined();
    expect(callback.bestEpoch).toBe(2);
  });

  it.each([
    0, 1, 2,
  ])("resumes after epoch %i as if nothing had been: wait, best and best weights", async (epoch) => {
    const values = [0.8, 0.9, 0.85, 0.83, 0.1];
    const options = { patience: 3, restoreBestWeights: true } as const;
    const whole = await scripted(engine(), values, [EarlyStopping(options)]);
    expect(whole.history.epoch).toHaveLength(4);
    const { callback, taken } = snapshotAfter(epoch);
    await scripted(engine(), values, [EarlyStopping(options), callback], { epochs: epoch + 1 });
    const stopping = EarlyStopping(options);
    const rest = await scripted(engine(), values, [stopping], { resume: taken() });
    expect(stopping.stoppedEpoch).toBe(3);
    expect(rest.history.epoch).toEqual(whole.history.epoch);
    expect(rest.finalWeights).toEqual(whole.finalWeights);
    expect(rest.finalWeights).toEqual(whole.weightsAfter[0]);
  });

  it("stays stopped when a run that it stopped is resumed", async () => {
    const values = [1, 2, 0.5];
    const { callback, taken } = snapshotAfter(1);
    const stopping = () => EarlyStopping({ patience: 1, restoreBestWeights: true });
    const first = await scripted(engine(), values, [stopping(), callback]);
    const second = await scripted(engine(), values, [stopping()], { resume: taken() });
    expect(second.history.epoch).toEqual([1, 2]);
    expect(second.finalWeights).toEqual(first.finalWeights);
  });

  it("keeps two of them apart in a snapshot", async () => {
    const values = [1, 2, 3, 4, 5];
    const { callback, taken } = snapshotAfter(1);
    const both = () => [EarlyStopping({ patience: 3 }), EarlyStopping({ patience: 9, mode: "max" })];
    await scripted(engine(), values, [...both(), callback], { epochs: 2 });
    expect(taken().position.callbacks.EarlyStopping).toMatchObject({ wait: 1, best: 1 });
    expect(taken().position.callbacks["EarlyStopping 2"]).toMatchObject({ wait: 0, best: 2 });
    const [first] = both();
    await scripted(engine(), values, [first!, both()[1]!], { resume: taken() });
    expect(first!.stoppedEpoch).toBe(3);
  });

  it("names the quantity that is not there, and options that make no sense", async () => {
    await expect(scripted(engine(), [1], [EarlyStopping({ monitor: "val_los" })])).rejects.toThrow(
      'EarlyStopping: there is no "val_los" to monitor, did you mean "val_loss"? The epoch reported loss, seconds, val_loss.',
    );
    const wrong: [EarlyStoppingOptions | Record<string, unknown>, string][] = [
      [{ patience: -1 }, "patience must be a whole number of epochs, got -1."],
      [{ patience: 1.5 }, "patience must be"],
      [{ minDelta: -1 }, "minDelta must be 0 or more, got -1."],
      [{ mode: "best" }, 'mode must be "auto", "min" or "max", got "best".'],
      [{ monitor: 3 }, "monitor must be the name of a quantity, got 3."],
      [{ baseline: Number.NaN }, "baseline must be a number, got NaN."],
      [{ startFromEpoch: -2 }, "startFromEpoch must be"],
      [{ restoreBestWeights: "never" }, 'restoreBestWeights must be true, false or "always", got "never".'],
      [{ patiense: 3 }, "there is no option patiense. Did you mean patience?"],
    ];
    for (const [options, message] of wrong) {
      expect(() => EarlyStopping(options as EarlyStoppingOptions)).toThrow(ArgumentError);
      expect(() => EarlyStopping(options as EarlyStoppingOptions)).toThrow(`EarlyStopping: ${message}`);
    }
    expect(() => EarlyStopping().loadState({ wait: "long" })).toThrow(FileError);
  });

  it("stops where the rule in words says, on random sequences", async () => {
    const value = fc.integer({ min: 0, max: 6 });
    const sequence = fc.array(value, { minLength: 1, maxLength: 15 });
    const property = fc.asyncProperty(sequence, fc.nat(4), fc.nat(2), async (values, patience, minDelta) => {
      const callback = EarlyStopping({ patience, minDelta });
      const control = { stop() {} } as unknown as FitControl;
      for (const [epoch, loss] of values.entries()) {
        if (callback.stoppedEpoch === undefined)
          await callback.onEpochEnd(epoch, { val_loss: loss }, control);
      }
      expect(callback.stoppedEpoch).toBe(firstStop(values, Math.max(patience, 1), minDelta));
    });
    await fc.assert(property);
  });
});

/** The first epoch whose `patience` last ones (itself included) all were no record. */
function firstStop(values: readonly number[], patience: number, minDelta: number): number | undefined {
  const records: boolean[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (const value of values) {
    records.push(best - value > minDelta);
    if (records.at(-1)) best = value;
  }
  const stop = values.findIndex(
    (_, epoch) =>
      epoch + 1 >= patience && records.slice(epoch + 1 - patience, epoch + 1).every((hit) => !hit),
  );
  return stop < 0 ? undefined : stop;
}

function same(a: Record<string, string>, b: Record<string, string>): boolean {
  return Object.keys(a).every((path) => a[path] === b[path]);
}
