/** @file Every experiment as it is declared. */
import { describe, expect, it } from "vitest";
import type { TrainingExperiment } from "../../experiments/experiment.ts";
import { formatMeasure, measureOf } from "../../experiments/measures.ts";
import { experiments, findExperiment } from "../../experiments/registry.ts";

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

describe("measures", () => {
  it("are written in their unit", () => {
    expect(formatMeasure("test_accuracy", 0.9428)).toBe("94.28 %");
    expect(formatMeasure("test_loss", 2.8958)).toBe("2.8958");
    expect(formatMeasure("test_mean_squared_error", 0.0089382)).toBe("0.008938");
    expect(measureOf("test_error")).toMatchObject({ name: "Test error", unit: "%" });
    expect(measureOf("something_new")).toMatchObject({ name: "something new", unit: "" });
  });
});
