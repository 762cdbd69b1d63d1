/** @file The README's table of benchmarks: made from the committed results, between two comments. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { marksOf, withMarked } from "../report/results/marked-text.ts";
import type { BenchResult } from "../runner/speed/result.ts";
import type { Row } from "../runner/speed/row.ts";
import { adapterName, readResult } from "./result-file.ts";

/** The results in a folder, by file name. Files of other kinds, without ceilings, are passed over. */
export function readResults(folder: string): BenchResult[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const ours = files.sort().filter((name) => readFileSync(join(folder, name), "utf8").includes('"ceilings"'));
  return ours.map((name) => readResult(join(folder, name)));
}

/** A Markdown table of the training steps. */
export function benchTable(results: readonly BenchResult[]): string {
  const lines = results.flatMap((result) =>
    result.rows.filter(({ suite }) => suite === "steps").map((row) => tableLine(adapterName(result), row)),
  );
  return [
    "| adapter | network | batch | ms a step (least to most) | images/s | GFLOP/s | of the ceiling | launches |",
    "| --- | --- | --: | --: | --: | --: | --: | --: |",
    ...lines,
  ].join("\n");
}

/** The text with the table put between the comments. Throws FileError if they are not there, once and in order. */
export function withTable(readme: string, table: string): string {
  return withMarked(readme, marksOf("bench", "npm run bench:readme"), table);
}

function tableLine(adapter: string, row: Row): string {
  const { ms, images_per_s = 0, gflops, ceiling_fraction, dispatches } = row;
  const cells = [
    adapter,
    `\`${row.workload}\``,
    row.batch,
    `${short(ms.median)} (${short(ms.min)} to ${short(ms.max)})`,
    short(images_per_s),
    short(gflops),
    `${Math.round(100 * ceiling_fraction)} %`,
    dispatches,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Three significant digits, no exponent. */
function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 4 });
}
