/** @file docs/results/README.md: what was measured, where, on what data, beside what was published. */

import type { Experiment } from "../../runner/experiment.ts";
import type { SavedResult } from "../../runner/store/schemas.ts";
import { shortfallOf } from "../../runner/store/shortfall.ts";
import { readChapters } from "../book/chapter.ts";
import { reasonsOf } from "../book/reasons.ts";
import { formatCount, formatShort } from "../format.ts";
import { figuresOf, origins, secondsOf, seedsOf } from "./figures.ts";

export interface CommittedResult {
  /** name of the JSON file */
  readonly file: string;
  readonly result: SavedResult;
}

const shownOrigins = { ...origins, synthetic: "**synthetic**" };
const columns = [
  "experiment",
  "adapter",
  "data",
  "images (train / test)",
  "epochs",
  "seed",
  "minutes",
  "figure",
  "ours",
  "published",
  "why they may differ",
];

/**
 * The page in Markdown: a table per chapter of the book, and what has no result yet. `command` says how the page is written, where it
 * is not the project's own.
 */
export function resultsPage(
  results: readonly CommittedResult[],
  experiments: readonly Experiment[],
  command?: (name: string, words?: string) => string,
): string {
  const parts = readChapters("en").map((chapter) => {
    const ids = Object.keys(chapter.experiments);
    const rows = ids.flatMap((id) =>
      results.filter((entry) => experimentOf(entry) === id).flatMap((entry) => rowsOf(entry, experiments)),
    );
    const missing = ids.filter((id) => !results.some((entry) => experimentOf(entry) === id));
    return [
      `## ${chapter.title}`,
      ...(rows.length > 0 ? [tableOf(rows)] : []),
      ...(missing.length > 0 ? [`Not yet run: ${missing.map((id) => `\`${id}\``).join(", ")}.`] : []),
    ].join("\n\n");
  });
  const heading = command
    ? headOf(command("results"), command("results", "RUN ..."))
    : `${headOf("npm run results", "npm run results -- RUN ...")}${pytorch}`;
  return `${heading}\n${parts.join("\n\n")}\n`;
}

const headOf = (write: string, add: string) => `# Results

Written by \`${write}\` from the JSON files beside it, each the result.json of a run. \`${add}\` adds
run folders. No number here was typed by hand. Accuracies and errors are of the test images; minutes are those of training. Where there are
several seeds, figures are means ± sample deviations, and minutes those of one run. The curves of runs that were added with them lie in \`curves/\`.
`;

const pytorch = "Some runs were repeated in PyTorch: [pytorch](pytorch/README.md).\n";

/** Runs of one experiment with several seeds are a sweep of it. */
function experimentOf({ result }: CommittedResult): string {
  return seedsOf(result) ? result.experiment.replace(/-sweep$/, "") : result.experiment;
}

function rowsOf(entry: CommittedResult, experiments: readonly Experiment[]): string[][] {
  const { file, result } = entry;
  const own = experimentOf(entry);
  const experiment = experiments.find(({ id }) => id === own);
  const seeds = seedsOf(result)?.count;
  const { dataset, adapter } = result;
  const count = (value: number | undefined) => (value === undefined ? "" : formatCount(value));
  const seconds = secondsOf(result);
  const [first = { name: "", ours: "", published: "" }, ...others] = figuresOf(result);
  const facts = [
    `[${own}](${encodeURIComponent(file)})`,
    adapter?.description ?? adapter?.class ?? "",
    dataset ? shownOrigins[dataset.origin] : "",
    dataset?.train === undefined ? "" : `${count(dataset.train)} / ${count(dataset.test)}`,
    count(result.epochs),
    result.seed === undefined ? "" : seedText(result.seed, seeds),
    seconds === undefined ? "" : formatShort(seconds / 60),
  ];
  const reasons = reasonsOf(shortfallOf(result, undefined, experiment), "en");
  const why = [...reasons, ...(result.note ? [result.note] : [])].join("; ");
  return [
    [...facts, first.name, first.ours, first.published, why],
    ...others.map(({ name, ours, published }) => [
      ...facts.map((fact, column) => (column === 0 ? fact : "")), // each row says what it is of
      ...[name, ours, published, ""],
    ]),
  ];
}

/** `1`, or `1 to 5`, of which the figures are means and sample deviations. */
function seedText(seed: number, count = 1): string {
  return count === 1 ? String(seed) : `${seed} to ${seed + count - 1}`;
}

/** Text from files stays in its cell and is no HTML. */
function cellText(text: string): string {
  return text
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replace(/\s*\n\s*/g, " ");
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
