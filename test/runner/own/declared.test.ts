/** @file What is made of a declaration, and what is refused in it. */
import { describe, expect, it } from "vitest";
import { adam, Dense, Input, sequential, sgd } from "../../../models/index.ts";
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
