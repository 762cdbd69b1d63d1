/** @file The README's table of results: made from the committed ones, between two comments. */
import { FileError } from "../../engine/errors.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import { formatMeasure } from "../../runner/measures.ts";
import type { SavedResult } from "../../runner/store/schemas.ts";
import { formatCount } from "../format.ts";
import { figuresOf, origins, secondsOf } from "./figures.ts";
import { marksOf, withMarked } from "./marked-text.ts";
import type { CommittedResult } from "./results-page.ts";

/** Of the committed results, those that the README shows; `npm run results` lists all. */
const shown = [
  "svhn-c-quick-lavapipe.json",
  "cifar10-d-quick-lavapipe.json",
  "pretrain-b-quick-lavapipe.json",
  "pretrain-a-full-lavapipe.json",
];

/** The project's: a Markdown table of some results, and notes on it. Throws FileError if one of them is missing. */
export function readmeTable(results: readonly CommittedResult[]): string {
  const entries = shown.map((file) => {
    const found = results.find((entry) => entry.file === file);
    if (!found) throw new FileError(`README.md shows ${file}, which is not among the results.`);
    return found;
  });
  return tableOf(entries, mainInFull(results));
}

/** The table of all results. */
export function wholeTable(results: readonly CommittedResult[]): string {
  return tableOf(results, []);
}

function tableOf(entries: readonly CommittedResult[], more: readonly string[][]): string {
  const rows = [...entries.map(cellsOf), ...more];
  const table = [
    "| run | images (train / test) | parameters | epochs | adapter | training | result |",
    "| --- | --- | --: | --: | --- | --: | --- |",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ];
  return [table.join("\n"), ...notesOf(entries)].join("\n\n");
}

/** The text with the table put between the comments that name `command`. Throws FileError if they are not there, once and in order. */
export function withResults(readme: string, table: string, command = "npm run results"): string {
  return withMarked(readme, marksOf("results", command), table);
}

/** The experiment that wgrad is made for, as long as nobody has run it whole: on a part of the images it is not. */
function mainInFull(results: readonly CommittedResult[]): string[][] {
  const isMain = ({ experiment, profile, dataset }: SavedResult) =>
    experiment === svhnC.id && profile === "full" && dataset?.origin === "official";
  if (results.some(({ result }) => isMain(result))) return [];
  const { id, parameters, profiles, published } = svhnC;
  const [{ measure, value } = { measure: "", value: 0 }] = published;
  const cells = [`\`${id}\`, in full`, origins.official, formatCount(parameters), `${profiles.full.epochs}`];
  return [[...cells, "", "", `not yet run; published ${formatMeasure(measure, value)}`]];
}

/** What is to be known of some of the runs. */
function notesOf(results: readonly CommittedResult[]): string[] {
  const byNote = new Map<string, string[]>();
  for (const { result } of results) {
    if (result.note)
      byNote.set(result.note, [...(byNote.get(result.note) ?? []), `\`${result.experiment}\``]);
  }
  return [...byNote].map(([note, ids]) => `${ids.join(", ")}: ${note}.`);
}

function cellsOf({ result }: CommittedResult): string[] {
  const { experiment, profile, seed, dataset, parameters, epochs, adapter } = result;
  const count = (value: number | null | undefined) => (typeof value === "number" ? formatCount(value) : "");
  const name = profile === "quick" ? "quick profile" : "in full";
  return [
    `\`${experiment}\`, ${name}, seed ${seed}`,
    dataset ? `${count(dataset.train)} / ${count(dataset.test)}, ${origins[dataset.origin]}` : "",
    `${count(parameters)}${inFull(result)}`,
    count(epochs),
    adapter?.class ?? "",
    minutes(secondsOf(result)),
    figuresOf(result)
      .slice(0, 1)
      .map(
        ({ name, ours, published }) =>
          `${name.charAt(0).toLowerCase()}${name.slice(1)} ${ours}${published ? `, published ${published}` : ""}`,
      )
      .join(),
  ];
}

function inFull({ parameters, parameters_in_full: full }: SavedResult): string {
  return typeof full === "number" && full !== parameters ? ` of ${formatCount(full)}` : "";
}

function minutes(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
