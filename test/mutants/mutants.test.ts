/** @file The rows of the mutation check: none is stale, and no hot shader is without one. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { expect, it } from "vitest";
import { allMutants, hotFolders } from "../../lessons/mutants/index.ts";
import { staleness } from "../../lessons/mutants/mutant.ts";
import { importsOf } from "../../tools/build/imports.ts";
import { root } from "./root.ts";
import { copied } from "./workplace.ts";

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

it("copies every folder that those tests import from", () => {
  const open = allMutants.flatMap(({ tests }) => tests.map((name) => join(root, "test", `${name}.test.ts`)));
  const reached = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const name of importsOf(readFileSync(file, "utf8")))
      if (name.startsWith(".") && name.endsWith(".ts")) open.push(join(dirname(file), name));
  }
  const folders = new Set([...reached].map((file) => relative(root, file).split(sep)[0]!));
  const known: readonly string[] = copied;
  expect([...folders].filter((folder) => !known.includes(folder))).toEqual([]);
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
