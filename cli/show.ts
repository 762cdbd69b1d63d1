/** @file `wgrad show <topic>`: a picture of something that is hard to say in words. */
import { join } from "node:path";
import { type DatasetId, datasetIds, loadDataset } from "../datasets/sources/load-dataset.ts";
import type { AdapterChoice } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { nearest, UsageError } from "../engine/errors.ts";
import { writeReportFiles } from "../report/write-report.ts";
import { augmentationPicture } from "../runner/augmentation-page.ts";
import { shown } from "../runner/store/run-folder.ts";
import { DownloadLine } from "./download-line.ts";

export interface ShowOptions {
  readonly adapter: AdapterChoice;
  readonly dataset: string;
  readonly seed: number;
  readonly data?: string;
  readonly out?: string;
}

const topics = ["augmentation"];

/** Writes report.html and figures/, and says where. Throws UsageError for an unknown topic or data set. */
export async function show(topic: string, options: ShowOptions): Promise<void> {
  if (!topics.includes(topic)) throw unknown("nothing to show called", topic, topics);
  const id = datasetIds.find((name) => name === options.dataset);
  if (!id) throw unknown("no data set", options.dataset, datasetIds);
  const engine = await createEngine({ adapter: options.adapter });
  const dataset = await loadDataset(id satisfies DatasetId, {
    ...(options.data ? { data: options.data } : {}),
    seed: options.seed,
    onProgress: new DownloadLine(process.stdout).show,
  });
  console.log(`data:   ${dataset.note}`);
  const document = await augmentationPicture(engine, dataset, options.seed, (text) => console.log(text));
  const { report, figures } = await writeReportFiles(options.out ?? join("runs", "show", topic), document);
  for (const path of [report, ...figures]) console.log(`wrote:  ${shown(path)}`);
}

function unknown(what: string, name: string, known: readonly string[]): UsageError {
  const hint = nearest(name, known);
  return new UsageError(
    `There is ${what} "${name}"${hint ? `. Did you mean "${hint}"?` : "."} One of ${known.join(", ")}.`,
  );
}
