/** @file docs/results/README.md: what was measured, where, on what data, beside what was published. */

import type { Experiment } from "../../runner/experiment.ts";
import type { SavedResult } from "../../runner/store/schemas.ts";
import { shortfallOf } from "../../runner/store/shortfall.ts";
import { readChapters } from "../book/chapter.ts";
import { reasonsOf } from "../book/reasons.ts";
import { formatCount, formatShort } from "../format.ts";
import { figuresOf, origins, secondsOf } from "./figures.ts";

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
      results.filter(({ result }) => result.experiment === id).flatMap((entry) => rowsOf(entry, experiments)),
    );
    const missing = ids.filter((id) => !results.some(({ result }) => result.experiment === id));
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
run folders. No number here was typed by hand. Accuracies and errors are of the test images; minutes are those of training.
`;

const pytorch = "Some runs were repeated in PyTorch: [pytorch](pytorch/README.md).\n";

function rowsOf({ file, result }: CommittedResult, experiments: readonly Experiment[]): string[][] {
  const experiment = experiments.find(({ id }) => id === result.experiment);
  const { dataset, adapter } = result;
  const count = (value: number | undefined) => (value === undefined ? "" : formatCount(value));
  const seconds = secondsOf(result);
  const [first = { name: "", ours: "", published: "" }, ...others] = figuresOf(result);
  const facts = [
    `[${result.experiment}](${encodeURIComponent(file)})`,
    adapter?.description ?? adapter?.class ?? "",
    dataset ? shownOrigins[dataset.origin] : "",
    dataset?.train === undefined ? "" : `${count(dataset.train)} / ${count(dataset.test)}`,
    count(result.epochs),
    result.seed === undefined ? "" : String(result.seed),
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
