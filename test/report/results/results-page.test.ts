import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { experiments } from "../../../experiments/registry.ts";
import { addResult, readResults } from "../../../report/results/committed-results.ts";
import { resultsPage } from "../../../report/results/results-page.ts";
import { readSavedRun } from "../../../runner/store/saved-run.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { threeEpochs, writeRunFolder } from "../../runner/support/run-folder.ts";

const folder = useTemporaryFolder();
const published = [{ name: "Test accuracy", measure: "test_accuracy", published: 0.9428, source: "a paper" }];

function add(name: string, content: Parameters<typeof writeRunFolder>[1]) {
  return addResult(folder(), readSavedRun(writeRunFolder(join(folder(), "runs", name), content)));
}

describe("the page of results", () => {
  it("names no folder of the machine that a run was made on", () => {
    const parts = { code: { from: "/home/somebody/runs/ae-e", loss: "mse" }, tied: { from: "runs/ae-a" } };
    const file = add("paths", { more: { parts } });
    const { result } = readResults(folder()).find((committed) => committed.file === file)!;
    expect(result).toMatchObject({
      parts: { code: { from: "ae-e", loss: "mse" }, tied: { from: "runs/ae-a" } },
    });
  });

  it("keeps the curves of a run beside its result", () => {
    const file = add("curves", { history: threeEpochs });
    expect(JSON.parse(readFileSync(join(folder(), "curves", file), "utf8"))).toEqual(threeEpochs);
    expect(readResults(folder()).map((committed) => committed.file)).toEqual([file]);
  });

  it("has, of every committed curve, the last point in the figures of its result", () => {
    const results = "docs/results";
    const curves = readdirSync(join(results, "curves"));
    expect(curves.length).toBeGreaterThan(0);
    for (const file of curves) {
      const { result } = readResults(results).find((committed) => committed.file === file)!;
      const {
        epoch,
        val_loss: loss,
        test_error: error,
      } = JSON.parse(readFileSync(join(results, "curves", file), "utf8")) as Record<string, number[]>;
      expect(epoch!.at(-1)).toBe(result.epochs);
      expect(loss!.at(-1)).toBe(result.measured.val_loss);
      expect(error!.at(-1)).toBe(result.measured.test_error);
    }
  });

  it("has a row for each published figure, and says why it may differ", () => {
    const file = add("a", {
      measured: { test_accuracy: 0.7, seconds: 90 },
      published,
      settings: { profile: "quick", epochs: 4 },
      dataset: { origin: "synthetic", train: 1400, test: 500 },
    });
    expect(file).toBe("svhn-c-quick-synthetic-lavapipe.json");
    const page = resultsPage(readResults(folder()), experiments);
    const row = page.split("\n").find((line) => line.startsWith("| [svhn-c]"))!;
    for (const cell of [
      "llvmpipe",
      "**synthetic**",
      "1,400 / 500",
      "4",
      "1.5",
      "70.00\u00a0%",
      "94.28\u00a0%",
    ]) {
      expect(row).toContain(`| ${cell} |`);
    }
    expect(row).toContain("1,400 of 73,257 training images");
    expect(row).toContain("4 of 10 epochs");
    expect(page).not.toMatch(/Not yet run:.*`svhn-c`/);
    expect(page).toMatch(/Not yet run:.*`svhn-a`/);
  });

  it("names the commands of a package, and nothing that only the project has", () => {
    const page = resultsPage([], experiments, (name, words) =>
      ["npx wgrad", name, words].filter(Boolean).join(" "),
    );
    expect(page).toContain("Written by `npx wgrad results` from");
    expect(page).toContain("`npx wgrad results RUN ...` adds");
    expect(page).not.toMatch(/npm run|pytorch/);
  });

  it("shows the main figures where nothing is published", () => {
    add("a", { experiment: "ae-c", measured: { pixels_error: 0.03, code_2_error: 0.6, code_8_error: 0.1 } });
    const page = resultsPage(readResults(folder()), experiments);
    expect(page).toContain("| error: pixels | 3.00\u00a0% |");
    expect(page, "one line for figures that differ in a number").toContain(
      "| error: code 2, 8 | 60.00\u00a0%, 10.00\u00a0% |",
    );
  });

  it("takes nothing inherited for a figure", () => {
    const odd = { name: "odd", measure: "toString", published: 0.5, source: "" };
    add("c", { measured: Object.fromEntries([["constructor", 0.5]]), published: [odd] });
    add("d", { experiment: "ae-c", measured: { constructor: 0.5, valueOf: Number.NaN } });
    const page = resultsPage(readResults(folder()), experiments);
    expect(page).toContain("constructor");
    expect(page).not.toMatch(/function|native code/);
  });

  it("refuses unfinished runs and files that are no results", () => {
    expect(() => add("a", { finished: false })).toThrow(/is not finished/);
    writeFileSync(join(folder(), "b.json"), '{"measured": []}');
    expect(() => readResults(folder())).toThrow(/b.json is damaged/);
  });

  it("docs/results/README.md has every committed result", () => {
    const docs = join(import.meta.dirname, "../../../docs/results");
    const page = readFileSync(join(docs, "README.md"), "utf8");
    for (const { file } of readResults(docs)) expect(page, "run `npm run results`").toContain(`](${file})`);
  });
});
