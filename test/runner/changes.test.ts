import { describe, expect, it } from "vitest";
import { UsageError } from "../../engine/errors.ts";
import { findExperiment } from "../../experiments/registry.ts";
import { changedExperiment, changeName, changeValue, describeChanges } from "../../runner/changes.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { trainingVariant } from "../../runner/variant.ts";

const training = (id: string) => findExperiment(id) as TrainingExperiment;
const settings = { profile: "quick", trial: null, literal: false, changes: {} } as const;

describe("changes of an experiment", () => {
  it("a learning rate: the optimizer keeps its other options", () => {
    const { config } = changedExperiment(training("cifar25-base"), { learningRate: 0.5 }).optimizer();
    // of the practical: decay 1e-6, momentum .9, nesterov
    expect(config).toMatchObject({
      name: "sgd",
      learningRate: 0.5,
      decay: 1e-6,
      momentum: 0.9,
      nesterov: true,
    });
  });

  it("another optimizer starts from its own defaults", () => {
    const { config } = changedExperiment(training("cifar25-base"), { optimizer: "adam" }).optimizer();
    expect(config).toMatchObject({ name: "adam", learningRate: 0.001, decay: 0 }); // Keras's
  });

  it("loss and generator", () => {
    const changed = changedExperiment(training("cifar25-base-aug"), { loss: "mse", rotationRange: 20 });
    expect(changed.loss).toBe("mean_squared_error");
    const smoothed = "categorical_crossentropy(labelSmoothing=0.1)";
    expect(changedExperiment(training("cifar25-base-aug"), { loss: smoothed }).loss).toBe(smoothed);
    expect(changed.generator!("full")).toMatchObject({ rotationRange: 20, horizontalFlip: true });
  });

  it("settings of the run change nothing else", () => {
    const experiment = training("cifar10-b");
    expect(changedExperiment(experiment, { epochs: 3, batch: 5 })).toBe(experiment);
  });

  it("names have short forms and hints, values their kinds", () => {
    expect([changeName("lr"), changeName("optimizer")]).toEqual(["learningRate", "optimizer"]);
    expect(() => changeName("optimiser")).toThrow(/Did you mean "optimizer"/);
    expect(() => changeName("xyzzy")).toThrow(/One of lr, optimizer/);
    expect(["1e-3", "true", "sgd", ""].map(changeValue)).toEqual([0.001, true, "sgd", ""]);
    expect(describeChanges({ learningRate: 0.1, optimizer: "sgd" })).toBe("lr=0.1, optimizer=sgd");
  });

  it.each<[string, string, Record<string, string | number | boolean>, RegExp]>([
    [
      "an optimizer that is none",
      "cifar10-b",
      { optimizer: "adm" },
      /no optimizer "adm". Did you mean "adam"/,
    ],
    ["an option that a loss has not", "cifar10-b", { loss: "huber(dleta=2)" }, /did you mean "delta"/],
    ["a loss that is none", "cifar10-b", { loss: "mean_square" }, /mean_squared_error/],
    ["an option that the optimizer lacks", "cifar10-b", { optimizer: "adam", momentum: 0.9 }, /momentum/],
    ["a rate below 0", "cifar10-b", { learningRate: -1 }, /learningRate/],
    ["a rate that is a word", "cifar10-b", { learningRate: "fast" }, /learningRate/],
    ["a rate that a schedule sets", "cifar10-c", { learningRate: 0.1 }, /follows a schedule/],
  ])("%s is refused as wrong usage", (_, id, changes, pattern) => {
    expect(() => changedExperiment(training(id), changes)).toThrow(UsageError);
    expect(() => changedExperiment(training(id), changes)).toThrow(pattern);
  });

  it("a wrong range of the generator is refused when it is asked for", () => {
    const changed = changedExperiment(training("cifar10-b"), { rotationRange: -5 });
    expect(() => changed.generator!("quick")).toThrow(/rotationRange/);
  });
});

describe("the variant that settings say", () => {
  it("a trial, and the literal variant", () => {
    const trial = trainingVariant(findExperiment("svhn-e"), { ...settings, trial: "filters4-16" });
    expect(trial.title).toContain("4 and 16 filters");
    const literal = trainingVariant(findExperiment("cifar100-cnn"), { ...settings, literal: true });
    expect(literal.learningPhase).toBe(1);
  });

  it("explains what is none", () => {
    const sweep = findExperiment("svhn-e");
    expect(() => trainingVariant(sweep, { ...settings, trial: "filters4-17" })).toThrow(
      /Did you mean "filters4-16"/,
    );
    expect(() => trainingVariant(sweep, settings)).toThrow(/no single training run/);
    expect(() => trainingVariant(findExperiment("svhn-c"), { ...settings, trial: "x" })).toThrow(/no sweep/);
  });
});
