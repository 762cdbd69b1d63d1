/** @file The lab trains every experiment of the registry that a page can: none is forgotten. */
import { expect, it } from "vitest";
import { experiments as registry } from "../../experiments/registry.ts";
import { experiments } from "../../web/worker/experiments.ts";

it("has every training on a data set of images that needs no other run and fits into a page", () => {
  const fits = registry.filter(
    (experiment) =>
      experiment.kind === "training" &&
      !experiment.transfer &&
      !experiment.continues &&
      !["svhn-extra"].includes(String(experiment.dataset)) &&
      !experiment.id.startsWith("caltech"),
  );
  expect(experiments.map(({ id }) => id).sort()).toEqual(fits.map(({ id }) => id).sort());
});
