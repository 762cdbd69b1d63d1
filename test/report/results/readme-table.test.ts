import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { experiments } from "../../../experiments/registry.ts";
import { readResults } from "../../../report/results/committed-results.ts";
import { readmeTable, wholeTable, withResults } from "../../../report/results/readme-table.ts";
import { resultsPage } from "../../../report/results/results-page.ts";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, "docs/results");
const readme = readFileSync(join(root, "README.md"), "utf8");
const results = readResults(folder);

it("README.md and docs/results/README.md are those of the committed results; else run `npm run results`", () => {
  expect(withResults(readme, readmeTable(results))).toBe(readme);
  expect(resultsPage(results, experiments)).toBe(readFileSync(join(folder, "README.md"), "utf8"));
});

it("another figure, other parameters and a note change the table", () => {
  const changed = results.map((entry) => {
    if (entry.file !== "svhn-c-quick-lavapipe.json") return entry;
    const measured = { ...entry.result.measured, test_accuracy: 0.5, seconds: 8.2 };
    return { ...entry, result: { ...entry.result, measured, parameters: 1_058_726, note: "made up" } };
  });
  const added = readmeTable(changed)
    .split("\n")
    .filter((line) => !readme.includes(line));
  expect(added).toEqual([
    "| `svhn-c`, quick profile, seed 1 | 1,400 / 500, not the official files | 1,058,726 | 4 | lavapipe | 8 s | test accuracy 50.00\u00a0%, published 94.28\u00a0% |",
    "`svhn-c`: made up.",
  ]);
});

it("says what has not been run in full until it has", () => {
  expect(readmeTable(results)).toContain("not yet run; published 94.28 %");
  const { result } = results.find(({ file }) => file === "svhn-c-quick-lavapipe.json")!;
  const inFull = (origin: "official" | "other") => ({
    file: "svhn-c-full-lavapipe.json",
    result: { ...result, profile: "full", dataset: { ...result.dataset!, origin } },
  });
  expect(readmeTable([...results, inFull("other")])).toContain("not yet run");
  expect(readmeTable([...results, inFull("official")])).not.toContain("not yet run");
});

it("the table of somebody else's README has the results that are there", () => {
  const table = wholeTable(results.slice(0, 1));
  expect(table.match(/^\|/gm), "head, line, row").toHaveLength(3);
  expect(table).toContain(`\`${results[0]!.result.experiment}\``);
  const page = "<!-- results:begin (wgrad results writes what follows) -->\n<!-- results:end -->";
  expect(withResults(page, table, "wgrad results")).toContain(table);
});

it("a result that is missing, and comments that are", () => {
  expect(() => readmeTable([])).toThrow("README.md shows svhn-c-quick-lavapipe.json, which is not among");
  expect(() => withResults("# no comments", "")).toThrow("the table belongs between one");
});
