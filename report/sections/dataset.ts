/** @file The data set: what it is, how much of it, from which files, under which licence. */

import { formatBytes } from "../../engine/errors.ts";
import { formatCount } from "../format.ts";
import { markup } from "../markup.ts";
import type { DatasetFacts, DatasetFile, Report } from "../run-report.ts";
import { facts, type Section, table } from "./section.ts";

const origins: Record<DatasetFacts["origin"], string> = {
  official: "the official files",
  other: "not the official files",
  synthetic: "synthetic",
  own: "arrays of the experiment's own",
};

export function datasetSection({ dataset }: Report): Section | undefined {
  if (!dataset) return undefined;
  const { title, origin, note, counts, license, citation, files = [] } = dataset;
  const body = markup`<p>${note}</p>
${facts([
  ["data set", title],
  ["origin", origins[origin]],
  ...counts.map(({ name, count }) => [name, formatCount(count)] as const),
  ["licence", license],
  ["to cite", citation],
])}${files.length > 0 ? fileTable(files) : undefined}`;
  return { id: "data-set", title: "Data set", body, figures: [] };
}

function fileTable(files: readonly DatasetFile[]) {
  return table(
    [
      { title: "file" },
      { title: "samples", numeric: true },
      { title: "size", numeric: true },
      { title: "md5" },
      { title: "official" },
    ],
    files.map(({ path, count, bytes, md5, official }) => [
      markup`<code>${path}</code>`,
      count,
      formatBytes(bytes),
      markup`<code>${md5}</code>`,
      official ? "yes" : "no",
    ]),
    { stacks: true },
  );
}
