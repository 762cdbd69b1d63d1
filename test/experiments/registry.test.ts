/** @file Every experiment as it is declared. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cifar100FineClasses } from "../../datasets/formats/cifar-classes.ts";
import { experiments, findExperiment } from "../../experiments/registry.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { formatMeasure, measureOf } from "../../runner/measures.ts";
import { trainingVariant } from "../../runner/variant.ts";

/** All that issue 5 lists, in its order. */
const images = [
  ...["a", "b", "c", "d", "e", "f", "g", "h"].map((letter) => `cifar10-${letter}`),
  ...["a", "b", "c", "d", "e", "f", "g", "h", "i"].map((letter) => `svhn-${letter}`),
  ...["base", "base-aug", "base-zca", "improved", "bn-before", "bn-after", "bn-after-zca"].map(
    (name) => `cifar25-${name}`,
  ),
  ...["nn", "cnn", "cnn-30", "report"].map((name) => `cifar100-${name}`),
];

/** Every network that is trained, by experiment and trial. */
const networks = experiments.flatMap((experiment): (readonly [string, TrainingExperiment])[] => {
  if (experiment.kind === "training") return [[experiment.id, experiment]];
  if (experiment.kind !== "sweep") return [];
  return experiment.trials("full").map((trial) => [`${experiment.id} ${trial.name}`, trial.experiment]);
});

describe("the experiments", () => {
  it("are all there, once", () => {
    const ids = experiments.map(({ id }) => id);
    expect(ids.filter((id) => images.includes(id))).toEqual(images);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(networks)("%s has the parameters that it declares", (_, { network, parameters }) => {
    expect(network("full").parameterCount).toBe(parameters);
  });

  it.each<[string, number[]]>([
    // assignment.md 1.2
    ["cifar10-e", [4_460_106, 4_528_714, 4_853_322]],
    ["svhn-d", [1_058_726]],
    ["svhn-e", [1_058_726]],
    ["svhn-f", [1_058_726]],
  ])("%s: the first trials have the published counts", (id, counts) => {
    const experiment = findExperiment(id);
    if (experiment.kind !== "sweep") throw new Error(`${id} is no sweep`);
    const found = experiment.trials("full").map((trial) => trial.experiment.parameters);
    expect(found.slice(0, counts.length)).toEqual(counts);
    expect(experiment.parameters).toBe(counts[0]);
  });

  it.each(
    experiments.map((experiment) => [experiment.id, experiment] as const),
  )("%s says what it asks, and runs in part on a CPU", (_, experiment) => {
    expect(experiment.question.length).toBeGreaterThan(80);
    expect(experiment.source.text).not.toBe("");
    if (experiment.kind === "data" || experiment.kind === "study") return; // some studies train nothing
    const { quick } = experiment.profiles;
    expect(quick.epochs).toBeGreaterThan(0);
    expect(quick.description).not.toBe("");
  });

  it.each(
    experiments.flatMap((e) => (e.kind === "sweep" ? [[e.id, e] as const] : [])),
  )("%s: trials have names of their own, of which the quick profile has the first", (_, experiment) => {
    for (const profile of ["full", "quick"] as const) {
      const trials = experiment.trials(profile);
      expect(trials.length).toBeGreaterThan(1);
      expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length);
      expect(new Set(trials.map(({ factors }) => JSON.stringify(factors))).size).toBe(trials.length);
      for (const trial of trials) expect(trial.name).toMatch(/^[\w-]+$/);
    }
  });

  it.each(
    experiments.flatMap((e) => (e.kind === "review" ? [[e.id, e] as const] : [])),
  )("%s looks at a training run on the same data", (_, experiment) => {
    for (const id of [experiment.of, experiment.against ?? experiment.of]) {
      expect(findExperiment(id)).toMatchObject({ kind: "training", dataset: experiment.dataset });
    }
  });

  it("cifar100-cnn-30 goes on from a shorter run of the same network", () => {
    const longer = findExperiment("cifar100-cnn-30") as TrainingExperiment;
    const base = findExperiment(longer.continues!) as TrainingExperiment;
    expect(longer.parameters).toBe(base.parameters);
    for (const profile of ["full", "quick"] as const)
      expect(longer.profiles[profile].epochs).toBeGreaterThan(base.profiles[profile].epochs);
  });
});

describe("what the sources say", () => {
  it.each(networks)("%s has the epsilon of its Keras: 1e-8 in 2017, 1e-7 later", (id, { optimizer }) => {
    const { epsilon } = optimizer().config as { epsilon?: number };
    const plain = id.startsWith("cifar10-") || id.startsWith("svhn-") ? 1e-8 : 1e-7;
    if (epsilon !== undefined) expect(epsilon).toBe(plain);
    if (/^(cifar10-[defg]|svhn)/.test(id)) expect(epsilon).toBe(1e-8);
  });

  it("studies of INF-477 make no optimizer with the epsilon of later years", () => {
    const folders = ["cifar10", "svhn", "autoencoders", "denoising", "pretraining"];
    const calls = folders.flatMap((name) => {
      const folder = join(import.meta.dirname, "../../experiments", name);
      const files = readdirSync(folder).filter((file) => file !== "semi-ae.ts"); // Géron's chapter, 2019
      return files.flatMap((file) => [
        ...readFileSync(join(folder, file), "utf8").matchAll(/\b(adam|rmsprop|adagrad|adadelta)\(.*/g),
      ]);
    });
    expect(calls.length).toBeGreaterThan(6);
    for (const [call] of calls) expect(call).toContain("epsilon");
  });

  it("94.28 % are the assignment's, with the reference that it cites", () => {
    const [figure] = findExperiment("svhn-c").published;
    expect(figure).toMatchObject({ value: 0.9428, source: expect.stringContaining("its reference [11]") });
    expect(figure).not.toHaveProperty("url");
  });

  it("70 % on cifar10-e are for epochs 1 to 5", () => {
    expect(findExperiment("cifar10-e").published).toMatchObject([
      { measure: "first_5_val_accuracy", value: 0.7 },
    ]);
  });

  it("cifar100-cnn: the validation of the last epoch had dropout on, so that it is for literal runs", () => {
    const figures = (literal: boolean, id = "cifar100-cnn") => {
      const settings = { profile: "full", trial: null, literal, changes: {} } as const;
      const { published } = trainingVariant(findExperiment(id), settings);
      return Object.fromEntries(published.map(({ measure, value }) => [measure, value]));
    };
    expect(figures(false)).not.toHaveProperty("val_loss");
    expect(figures(true)).toEqual({ ...figures(false), val_loss: 3.2669, val_accuracy: 0.2183 });
    expect(figures(true, "cifar100-cnn-30")).toEqual(figures(false, "cifar100-cnn-30"));
  });

  it("cifar100-report: the averages, the best class and the one that is never found", () => {
    const { published } = findExperiment("cifar100-report");
    expect(Object.fromEntries(published.map(({ measure, value }) => [measure, value]))).toEqual({
      test_accuracy: 0.2177,
      macro_precision: 0.22,
      macro_recall: 0.22,
      macro_f1: 0.21,
      precision_plain: 0.61,
      recall_plain: 0.68,
      f1_plain: 0.64,
      f1_bowl: 0,
    });
    expect([cifar100FineClasses[60], cifar100FineClasses[10]]).toEqual(["plain", "bowl"]);
  });
});

describe("measures", () => {
  it("are written in their unit", () => {
    expect(formatMeasure("test_accuracy", 0.9428)).toBe("94.28 %");
    expect(formatMeasure("test_loss", 2.8958)).toBe("2.8958");
    expect(formatMeasure("test_mean_squared_error", 0.0089382)).toBe("0.008938");
    expect(measureOf("test_error")).toMatchObject({ name: "Test error", unit: "%" });
    expect(measureOf("something_new")).toMatchObject({ name: "something new", unit: "" });
  });
});
