/** @file The lab trains every network of the registry that a page can: none is forgotten. */
import { expect, it } from "vitest";
import { experiments as registry } from "../../experiments/registry.ts";
import { pageExperiments } from "../../runner/lab/page-run.ts";
import { experiments } from "../../web/worker/experiments.ts";

const idsOf = (list: typeof registry) =>
  list.flatMap((experiment) => pageExperiments(experiment, "quick").map(({ id }) => id)).sort();

it("has every network on a data set of images that needs no other run and fits into a page", () => {
  expect(idsOf(experiments)).toEqual(idsOf(registry));
  expect(idsOf(registry).length).toBeGreaterThan(50);
});

/** Nothing is trained in these, or from what another run has trained. */
const without = {
  data: ["cifar10-a", "svhn-a", "svhn-b"],
  study: ["dae-a", "dae-c", "pretrain-b", "pretrain-c", "pretrain-d"],
  training: /^caltech-|^svhn-i$|^cifar100-cnn-30$/,
};

it("leaves out only what trains nothing, or goes on from what another run has trained", () => {
  const left = registry.filter((experiment) => pageExperiments(experiment, "quick").length === 0);
  for (const { id, kind } of left.filter((experiment) => experiment.kind !== "review")) {
    if (kind === "training") expect(id).toMatch(without.training);
    else expect(without[kind as "data" | "study"]).toContain(id);
  }
});
