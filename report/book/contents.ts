/** @file The table of contents: every experiment with its main figure beside the published one. */

import type { SavedRun } from "../../runner/store/saved-run.ts";
import { shortfallOf } from "../../runner/store/shortfall.ts";
import { type Markup, markup } from "../markup.ts";
import type { Book } from "./book.ts";
import { Evidence } from "./evidence.ts";
import { markKeys } from "./experiment-section.ts";
import { bookTexts } from "./texts.ts";

export function contents(book: Book): Markup {
  const { language, chapters } = book;
  const word = (key: string) => bookTexts(language).word(`page.${key}`);
  const parts = chapters.map(({ id, title, experiments }) => {
    const rows = Object.entries(experiments).map(([experiment, text]) => row(book, experiment, text.title));
    return markup`<tr><th colspan="4" scope="rowgroup"><a href="#${id}">${title}</a></th></tr>
${rows}`;
  });
  return markup`<nav class="contents" aria-label="${word("contents")}">
<h2>${word("contents")}</h2>
<div class="table"><table>
<thead><tr><th scope="col" colspan="2">${word("experiment")}</th><th scope="col" class="number">${word("measured")}</th><th scope="col" class="number">${word("published")}</th></tr></thead>
<tbody>
${parts}</tbody>
</table></div>
</nav>
`;
}

function row(book: Book, id: string, title: string): Markup {
  const run = book.runs.newest.get(id);
  const { measured, published } = headline(book, id, run);
  const numbers = [
    ["measured", measured],
    ["published", published],
  ] as const;
  const cells = numbers.map(([key, value]) => {
    const name = bookTexts(book.language).word(`page.${key}`);
    return markup`<td class="number" data-title="${name}">${value}</td>`;
  });
  return markup`<tr class="${run ? "done" : "open"}"><td class="id"><a href="#${id}">${id}</a></td><td>${title}</td>${cells}</tr>
`;
}

/** The first published figure with what was measured of it, else the test error; with marks where they are no fair pair. */
function headline(
  book: Book,
  id: string,
  run: SavedRun | undefined,
): { measured: Markup | string; published: string } {
  const { language, experiments } = book;
  const texts = bookTexts(language);
  const listed = experiments.find((experiment) => experiment.id === id);
  if (!run?.result) {
    const first = listed?.published[0];
    const state = texts.word(listed ? "page.notRun" : "page.notBuilt");
    return { measured: state, published: first ? writePublished(language, first.measure, first.value) : "" };
  }
  const evidence = new Evidence(run, language);
  const first = run.result.published[0];
  const key = first?.measure ?? "test_error";
  const value = evidence.written(key);
  const marks = markKeys(shortfallOf(run.result, run.config, listed)).map(
    (mark) => markup` <span class="mark">${texts.word(`page.${mark}`)}</span>`,
  );
  return {
    measured: value === undefined ? "✓" : markup`<strong>${value}</strong> ${evidence.name(key)}${marks}`,
    published: first ? evidence.write(first.measure, first.published) : "",
  };
}

function writePublished(language: Book["language"], measure: string, value: number): string {
  return new Evidence(emptyRun, language).write(measure, value);
}

const emptyRun: SavedRun = {
  folder: "",
  config: {
    experiment: "",
    command: "",
    settings: {},
    started: "",
    adapter: {},
    versions: {},
    commit: null,
    dataset: { id: "", origin: "official", note: "", train: 0, test: 0 },
  },
  measured: {},
  figures: [],
};
