/** @file `npm run bench:readme`: brings the README's table of benchmarks up to date with bench/results/. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runScript } from "./arguments.ts";
import { benchTable, readResults, withTable } from "./readme-table.ts";

runScript("bench:readme", () => {
  const path = fileURLToPath(new URL("../README.md", import.meta.url));
  const results = fileURLToPath(new URL("results", import.meta.url));
  const before = readFileSync(path, "utf8");
  const after = withTable(before, benchTable(readResults(results)));
  if (after !== before) writeFileSync(path, after);
  console.log(after === before ? "README.md is up to date" : "written: README.md");
  return 0;
});
