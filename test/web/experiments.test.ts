/** @file The lab trains every experiment of the registry that a page can: none is forgotten. */
import { expect, it } from "vitest";
import { experiments as registry } from "../../experiments/registry.ts";
import { isForPages } from "../../runner/lab/page-run.ts";
import { experiments } from "../../web/worker/experiments.ts";

it("has every training on a data set of images that needs no other run and fits into a page", () => {
  const fits = registry.filter(isForPages);
  expect(experiments.map(({ id }) => id).sort()).toEqual(fits.map(({ id }) => id).sort());
  expect(fits.length).toBeGreaterThan(10);
});
