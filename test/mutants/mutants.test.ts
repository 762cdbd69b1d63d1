/** @file The rows of the mutation check: none is stale, and no hot shader is without one. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { allMutants, hotFolders } from "../../lessons/mutants/index.ts";
import { staleness } from "../../lessons/mutants/mutant.ts";
import { root } from "./root.ts";

it("has no stale row", () => {
  expect(allMutants.map(staleness).filter((problem) => problem !== undefined)).toEqual([]);
});

it("finds a row stale whose text is missing, there twice, or replaced by itself", () => {
  const row = { ...allMutants[0]!, file: "kernels/optimizers/sgd.wgsl" };
  expect(staleness({ ...row, from: "no such text" })).toContain("occurs 0 times");
  expect(staleness({ ...row, from: "rate" })).toContain("must occur once");
  expect(staleness({ ...row, from: "@compute", to: "@compute" })).toContain("replaced by itself");
});

it("names tests that exist", () => {
  const tests = [...new Set(allMutants.flatMap(({ tests }) => tests))];
  expect(tests.filter((name) => !existsSync(join(root, "test", `${name}.test.ts`)))).toEqual([]);
});

it("has a mutant of every hot shader", () => {
  const shaders = hotFolders.flatMap((folder) =>
    readdirSync(join(root, "kernels", folder))
      .filter((name) => name.endsWith(".wgsl"))
      .map((name) => `kernels/${folder}/${name}`),
  );
  const files = new Set(allMutants.map(({ file }) => file));
  expect(shaders.length).toBeGreaterThan(50);
  expect(shaders.filter((path) => !files.has(path))).toEqual([]);
});
