import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { benchTable, readResults, withTable } from "../../bench/readme-table.ts";
import { sampleResult, sampleRow } from "./sample-rows.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const results = readResults(join(root, "bench/results"));

it("the README's table is that of the committed results; else run `npm run bench:readme`", () => {
  expect(results.length).toBeGreaterThan(0);
  expect(withTable(readme, benchTable(results))).toBe(readme);
});

it("another result changes the README between the comments only", () => {
  const changed = withTable(
    readme,
    benchTable([...results, sampleResult([sampleRow([1234.5, 1200, 1300])])]),
  );
  expect(changed).not.toBe(readme);
  expect(changed).toContain("| an adapter | `mlp` | 25 | 1,230 (1,200 to 1,300) | 20.3 | 4 | 50 % | 16 |");
  const added = changed.split("\n").filter((line) => !readme.includes(line));
  expect(added).toHaveLength(1);
  expect(withTable(changed, benchTable(results))).toBe(readme);
});

it("the comments must be there, once", () => {
  expect(() => withTable("# no comments", "")).toThrow("the table belongs between one");
  expect(() => withTable(readme + readme, "")).toThrow("the table belongs between one");
});
