/** @file `wgrad book`: the newest runs of all experiments as one document. */
import { join } from "node:path";
import { writeFileAtomically } from "../engine/platform/node/files.ts";
import { experiments } from "../experiments/registry.ts";
import { readChapters } from "../report/book/chapter.ts";
import { renderBook } from "../report/book/document.ts";
import type { Language } from "../report/language.ts";
import { newestOfEach } from "../runner/store/runs.ts";
import { versions } from "../runner/versions.ts";

export interface BookOptions {
  readonly lang: Language;
  readonly runs: string;
  readonly out?: string;
}

/** Writes the document and says where, and which experiments have no run yet. */
export async function book({
  lang,
  runs: folder,
  out = join(folder, `book.${lang}.html`),
}: BookOptions): Promise<void> {
  const runs = newestOfEach(folder);
  const maker = `wgrad ${versions().wgrad}`;
  const chapters = readChapters(lang);
  const html = await renderBook({ chapters, experiments, runs, language: lang, made: new Date(), maker });
  writeFileAtomically(out, html);
  const missing = experiments.filter(({ id }) => !runs.newest.has(id)).map(({ id }) => id);
  console.log(`book: ${out} (${(html.length / 1e6).toFixed(1)} MB, ${runs.newest.size} runs)`);
  if (missing.length > 0) console.log(`not yet run: ${missing.join(", ")}`);
  for (const message of runs.damaged) console.log(`left out: ${message}`);
}
