/** @file What is made of a declaration, and what is refused in it. */
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../engine/tensor.ts";
import { sub } from "../../../kernels/elementwise/index.ts";
import { mean } from "../../../kernels/reduce/index.ts";
import {
  AUC,
  adam,
  CategoricalCrossentropy,
  Dense,
  Huber,
  Input,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { experimentOf } from "../../../runner/own/declared.ts";
import { defineExperiment } from "../../../runner/own/define.ts";

const network = () => sequential([Input([2]), Dense(3, { activation: "softmax" })]);
const least = defineExperiment({ network, dataset: "mnist", loss: "categorical_crossentropy" });
const file = { path: "/tmp/mine.ts", sha256: "0" };
const made = (change: object) =>
  experimentOf({ ...least, ...change }, { name: "mine", file, call: (_, action) => action() });

describe("a declaration", () => {
  it("needs network, data and loss; the rest has defaults", () => {
    const { profiles, optimizer, ...rest } = made({});
    expect(rest).toMatchObject({
      id: "mine",
      title: "mine",
      parameters: 9,
      metrics: { accuracy: "accuracy" },
      file,
    });
    expect(profiles.full).toMatchObject({ epochs: 10, batch: 32 });
    expect(profiles.quick).toBe(profiles.full);
    expect(optimizer().config).toEqual(adam().config);
    expect(made({ loss: "mse" }).metrics).toEqual({});
  });

  it("takes an optimizer, its name, or what makes it", () => {
    for (const optimizer of [sgd(), "sgd", () => sgd()])
      expect(made({ optimizer }).optimizer().config).toEqual(sgd().config);
  });

  it("takes losses and metrics as functions of tensors, and as names with options", () => {
    const distance = (yTrue: Tensor, yPred: Tensor) => mean(sub(yTrue, yPred), { axes: 1 });
    const own = made({ loss: distance, metrics: [distance, { mine: distance }, AUC({ curve: "PR" })] });
    expect(own.loss).toBe(distance);
    expect(own.metrics).toEqual({ distance, mine: distance, auc: AUC({ curve: "PR" }) });
    expect(made({ loss: distance }).metrics).toEqual({});
    expect(made({ loss: Huber({ delta: 2 }) }).loss).toBe("huber(delta=2)");
    const smoothed = made({ loss: CategoricalCrossentropy({ labelSmoothing: 0.1 }) });
    expect(smoothed.metrics).toEqual({ accuracy: "accuracy" });
  });

  it("says how a quick run differs from the full one", () => {
    const { full, quick } = made({ epochs: 7, batch: 5, limit: 100, quick: { epochs: 2 } }).profiles;
    expect([full.epochs, quick.epochs, quick.batch, quick.limit]).toEqual([7, 2, 5, 100]);
  });

  it.each<[object, RegExp]>([
    [{ network: undefined }, /network must be a function/],
    [{ network: () => 3 }, /network must return a model, got 3/],
    [{ dataset: undefined }, /dataset is missing\. One of svhn/],
    [{ dataset: "minst" }, /dataset is "minst".*Did you mean "mnist"\?/],
    [{ loss: undefined }, /loss is missing/],
    [{ loss: "categorical_crosentropy" }, /did you mean "categorical_crossentropy"\?/],
    [{ loss: 3 }, /loss must be a name, or a function of tensors, got 3/],
    [{ loss: "huber(dleta=2)" }, /huber has no option "dleta", did you mean "delta"\?/],
    [{ metrics: ["auc(kurve=PR)"] }, /auc has no option "kurve"/],
    [{ metrics: [3] }, /metrics must be a list or a record of names and functions, got 3/],
    [{ metrics: { mine: {} } }, /metrics must be a list or a record of names and functions, got \{\}/],
    [{ metrics: ["auc", "auc(curve=PR)"] }, /two metrics would be named "auc"/],
    [{ metrics: ["acuracy"] }, /unknown metric "acuracy", did you mean "accuracy"\?/],
    [{ optimizer: "adm" }, /there is no optimizer "adm"\. Did you mean "adam"\?/],
    [{ optimizer: 3 }, /optimizer must be one, e\.g\. adam\(\)/],
    [{ epoch: 3 }, /no option epoch\. Did you mean epochs\?/],
    [{ epochs: 0.5 }, /epochs must be a positive whole number, got 0\.5/],
    [{ quick: { limit: 0 } }, /quick: limit must be a positive whole number, got 0/],
    [{ validation: "train" }, /validation must be "test" or/],
    [{ published: [{ name: "x" }] }, /published must be a list of/],
    [{ id: "../x" }, /id names a folder/],
  ])("%o is refused", (change, pattern) => {
    expect(() => made(change)).toThrow(pattern);
  });
});
