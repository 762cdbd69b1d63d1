/** @file The commands that make documents of runs: compare, book, results. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { threeEpochs, writeRunFolder } from "../runner/support/run-folder.ts";
import { fail, succeed } from "./run.ts";

const folder = useTemporaryFolder();
const run = (name: string) =>
  writeRunFolder(join(folder(), "runs", "svhn-c", name), {
    history: threeEpochs,
    measured: { test_error: 0.4 },
  });

it("compare writes a report with pictures; one run is too few", async () => {
  const [a, b, out] = [run("a"), run("b"), join(folder(), "out")];
  const { stdout } = await succeed(["compare", a, b, "--out", out]);
  expect(stdout).toContain("2 runs of svhn-c");
  for (const name of ["report.html", "figures/error-test.svg", "figures/error-test.png"]) {
    expect(existsSync(join(out, name))).toBe(true);
  }
  await fail(["compare", a], 2, /name at least two run folders/);
});

it("book writes one document per language beside the runs", async () => {
  run("a");
  const runs = join(folder(), "runs");
  const { stdout } = await succeed(["book", "--runs", runs, "--lang", "es"]);
  expect(stdout).toMatch(/book\.es\.html .*1 runs/);
  expect(stdout).toMatch(/not yet run: .*svhn-a/);
  expect(readFileSync(join(runs, "book.es.html"), "utf8")).toContain("La tarea, pregunta por pregunta");
});

it("results adds a run to a folder and writes its table", async () => {
  const out = join(folder(), "results");
  await succeed(["results", run("a"), "--folder", out]);
  expect(readFileSync(join(out, "README.md"), "utf8")).toContain("(svhn-c-full-lavapipe.json)");
});
