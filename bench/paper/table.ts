/** @file The tables of bench/README.md, made from the committed file: every figure under a heading that says "modelled". */
import { marksOf, withMarked } from "../../report/results/marked-text.ts";
import { peers } from "./jobs.ts";
import type { PaperResult, PaperRow } from "./result.ts";

/** Kernels named in a row, if they take this part of a step or more. */
const shownKernels = 4;
const shownFraction = 0.03;

export function paperTables(result: PaperResult): string {
  const steps = result.rows.filter(({ suite }) => suite === "steps");
  const problems = result.rows.filter(({ suite }) => suite === "problems");
  return [
    `Modelled, not measured: ${result.card.family}, ${result.card.teraFlops} TFLOP/s, ${result.card.gigabytes} GB/s; ${result.adapter.description}; commit ${result.commit?.slice(0, 7) ?? "unknown"}.`,
    "",
    "| training step | launches | modelled us | roofline us | modelled part of peak | where the time goes (modelled) |",
    "| --- | --: | --: | --: | --: | --- |",
    ...steps.map(stepLine),
    "",
    "| problem | wgrad, modelled us | TensorFlow.js 4.22, modelled us | jax-js 0.1.25, modelled us | wgrad's roofline us |",
    "| --- | --: | --: | --: | --: |",
    ...problems.map(problemLine),
  ].join("\n");
}

/** The text with the tables put between the comments. Throws FileError if they are not there, once and in order. */
export function withPaperTables(readme: string, tables: string): string {
  return withMarked(readme, marksOf("paper", "npm run bench:paper"), tables);
}

function stepLine({ name, launches, microseconds, roofline_microseconds, peak_fraction }: PaperRow): string {
  const count = launches.reduce((sum, { times }) => sum + times, 0);
  const cells = [
    `\`${name}\``,
    count,
    short(microseconds),
    short(roofline_microseconds),
    percent(peak_fraction),
    kernelsOf(launches, microseconds),
  ];
  return `| ${cells.join(" | ")} |`;
}

function problemLine({ name, microseconds, roofline_microseconds }: PaperRow): string {
  const { tensorflow, jax } = peers[name] ?? {};
  const best = Math.min(microseconds, tensorflow ?? microseconds, jax ?? microseconds);
  const cell = (value: number | undefined) => {
    if (value === undefined) return "";
    return value === best ? `**${short(value)}**` : short(value);
  };
  const cells = [name, cell(microseconds), cell(tensorflow), cell(jax), short(roofline_microseconds)];
  return `| ${cells.join(" | ")} |`;
}

/** The kernels that take the most of the step, with their parts of it. */
function kernelsOf(launches: PaperRow["launches"], total: number): string {
  const times = new Map<string, number>();
  for (const { kernel, microseconds } of launches) times.set(kernel, (times.get(kernel) ?? 0) + microseconds);
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .filter(([, us], i) => i < shownKernels && us >= shownFraction * total)
    .map(([kernel, us]) => `${kernel} ${percent(us / total)}`)
    .join(", ");
}

function percent(fraction: number): string {
  return `${short(100 * fraction, 2)} %`;
}

/** Three significant digits, no exponent. */
function short(value: number, digits = 3): string {
  return Number(value.toPrecision(digits)).toLocaleString("en-US", { maximumFractionDigits: 4 });
}
