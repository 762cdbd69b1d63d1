import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NumericError, WgradError } from "../../../engine/errors.ts";
import { checkTemplate, fillTemplate } from "../../../models/callbacks/file-template.ts";
import { toFixedHalfEven } from "../../../models/decimals.ts";
import {
  CSVLogger,
  EarlyStopping,
  LambdaCallback,
  LearningRateScheduler,
  ModelCheckpoint,
  ReduceLROnPlateau,
  TerminateOnNaN,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { scripted } from "./scripted.ts";

const engine = useEngine();

describe("TerminateOnNaN", () => {
  // a rate of 1e30 in the second epoch: its first update overflows, its second batch has no finite loss
  const overflow = () => LearningRateScheduler((epoch) => (epoch === 1 ? 1e30 : 0.1));

  it("ends training without an error: history and the weights before are kept", async () => {
    const callback = TerminateOnNaN();
    let ended = 0;
    const end = LambdaCallback({ onTrainEnd: () => void ended++ });
    const run = await scripted(engine(), [3, 2, 1], [overflow(), callback, end]);
    expect(run.history.epoch).toEqual([1]);
    expect(run.history.history.val_loss).toEqual([3]);
    expect(callback.error).toBeInstanceOf(NumericError);
    expect(callback.error!.message).toMatch(/^The loss is not finite in epoch 2, batch 2 of 2 \(step 3\)/);
    expect(ended).toBe(1);
    for (const hex of Object.values(run.finalWeights)) {
      const { buffer } = Uint8Array.from(Buffer.from(hex, "hex"));
      expect(new Float32Array(buffer).every(Number.isFinite)).toBe(true);
    }
    await scripted(engine(), [1], [callback]);
    expect(callback.error).toBeUndefined();
  });

  it("is needed for that", async () => {
    await expect(scripted(engine(), [3, 2, 1], [overflow()])).rejects.toThrow(NumericError);
  });

  it("lets EarlyStopping go back to the best weights, if it always shall", async () => {
    const best = EarlyStopping({ patience: 5, restoreBestWeights: "always" });
    const run = await scripted(engine(), [3, 2, 1], [overflow(), TerminateOnNaN(), best]);
    expect(run.finalWeights).toEqual(run.weightsAfter[0]);
  });
});

describe("LambdaCallback", () => {
  it("is called at its times", async () => {
    const calls: string[] = [];
    const callback = LambdaCallback({
      onTrainBegin: () => void calls.push("begin"),
      onEpochBegin: (epoch) => void calls.push(`epoch ${epoch}`),
      onEpochEnd: (epoch, logs) => void calls.push(`end of ${epoch}: ${logs.val_loss}`),
      onTrainEnd: () => void calls.push("end"),
    });
    await scripted(engine(), [5, 4], [callback]);
    expect(calls).toEqual(["begin", "epoch 0", "end of 0: 5", "epoch 1", "end of 1: 4", "end"]);
  });

  it("has no other functions", () => {
    expect(() => LambdaCallback({ onBatchEnd: () => {} } as object)).toThrow(
      "LambdaCallback: there is no option onBatchEnd. Did you mean onEpochEnd?",
    );
    expect(() => LambdaCallback({ onEpochEnd: 3 as never })).toThrow("onEpochEnd must be a function, got 3.");
  });
});

describe("file name templates", () => {
  // Python 3: "...".format(epoch=7, loss=0.125, rate=1e-05)
  it.each([
    ["{epoch}", "7"],
    ["{epoch:02d}-{loss:.2f}", "07-0.12"],
    ["{epoch:4d}", "   7"],
    ["{loss:.4f}", "0.1250"],
    ["{loss:f}", "0.125000"],
    ["{loss:07.2f}", "0000.12"],
    ["{loss:.1%}", "12.5%"],
    ["{rate:.2e}", "1.00e-05"],
    ["{{epoch}}", "{epoch}"],
    ["plain", "plain"],
  ])("%s gives %s", (template, expected) => {
    checkTemplate("X", template);
    expect(fillTemplate("X", template, { epoch: 7, loss: 0.125, rate: 1e-5 })).toBe(expected);
  });

  it("are refused if they cannot be filled in", () => {
    expect(() => checkTemplate("X", "{epoch")).toThrow('X: "{epoch" has a { without a name.');
    expect(() => checkTemplate("X", "epoch}")).toThrow("has a } without a name.");
    expect(() => checkTemplate("X", "{}")).toThrow("has a {} without a name.");
    expect(() => checkTemplate("X", "{epoch:x}")).toThrow("X: cannot format {epoch:x}. Known are {epoch},");
    expect(() => checkTemplate("X", "{loss:.2d}")).toThrow("X: cannot format {loss:.2d}.");
    expect(() => fillTemplate("X", "{toString}", { epoch: 1 })).toThrow("names toString");
  });

  it("round ties to even, like Python", () => {
    // Python 3: f"{0.125:.2f}", f"{0.375:.2f}", f"{2.5:.0f}", f"{-0.625:.2f}", f"{0.0625:.3f}", f"{2.675:.2f}"
    const rounded = [
      [0.125, 2],
      [0.375, 2],
      [2.5, 0],
      [-0.625, 2],
      [0.0625, 3],
      [2.675, 2],
    ] as const;
    const expected = ["0.12", "0.38", "2", "-0.62", "0.062", "2.67"];
    expect(rounded.map(([value, digits]) => toFixedHalfEven(value, digits))).toEqual(expected);
  });
});

describe("callbacks", () => {
  it("refuse all wrong arguments with a message, whatever they are", () => {
    const makers: ((wrong: never) => unknown)[] = [
      EarlyStopping,
      ReduceLROnPlateau,
      LearningRateScheduler,
      LambdaCallback,
      CSVLogger,
      ModelCheckpoint,
      (wrong) => CSVLogger("log.csv", wrong),
      (wrong) => ModelCheckpoint("weights.safetensors", wrong),
      (wrong) => EarlyStopping({ patience: wrong, minDelta: wrong }),
      (wrong) => EarlyStopping({ restoreBestWeights: wrong }),
      (wrong) => ReduceLROnPlateau({ factor: wrong }),
      (wrong) => ModelCheckpoint("weights.safetensors", { period: wrong, monitor: wrong }),
    ];
    const property = fc.property(fc.constantFrom(...makers), fc.anything(), (make, wrong) => {
      try {
        make(wrong as never);
      } catch (error) {
        if (!(error instanceof WgradError)) throw error;
      }
    });
    const incomparable: never[] = [Symbol("junk"), { toString: "" }, Object.create(null)] as never[];
    const examples = incomparable.flatMap((wrong) =>
      makers.map((make): [typeof make, unknown] => [make, wrong]),
    );
    fc.assert(property, { numRuns: 500, examples });
  });
});
