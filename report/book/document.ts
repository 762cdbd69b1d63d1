/** @file The book as one page: contents, chapters, experiments. */
import type { Experiment } from "../../runner/experiment.ts";
import type { NewestRuns } from "../../runner/store/runs.ts";
import { formatTime } from "../format.ts";
import { htmlPage } from "../html-page.ts";
import { type Markup, markup } from "../markup.ts";
import type { Chapter } from "./chapter.ts";
import { contents } from "./contents.ts";
import { experimentSection } from "./experiment-section.ts";
import { flowing, type Language } from "./language.ts";
import { words } from "./words.ts";

export interface Book {
  readonly chapters: readonly Chapter[];
  /** the registry */
  readonly experiments: readonly Experiment[];
  readonly runs: NewestRuns;
  readonly language: Language;
  readonly made: Date;
  /** e.g. "wgrad 0.1.0" */
  readonly maker: string;
}

/** One HTML document that needs nothing else. */
export function renderBook(book: Book): string {
  const { language, chapters, maker, made } = book;
  const ids = chapters.flatMap((chapter) => Object.keys(chapter.experiments));
  const done = ids.filter((id) => book.runs.newest.has(id)).length;
  const body = markup`<div class="page">
<header>
<p class="eyebrow">${words.eyebrow[language]}</p>
<h1>${words.title[language]}</h1>
<div class="question"><p>${flowing(words.lead[language])}</p></div>
<p class="line muted"><span>${done} / ${ids.length} ${words.ran[language]}</span> <span>${formatTime(made.toISOString())}</span></p>
</header>
${contents(book)}<main>
${chapters.map((chapter) => chapterPart(book, chapter))}${damagedRuns(book)}</main>
<footer>${words.madeBy[language]} ${maker}.</footer>
</div>
`;
  return htmlPage({ title: `wgrad: ${words.title[language]}`, language, sheets: ["book"], body });
}

function chapterPart(book: Book, { id, title, introduction, experiments }: Chapter): Markup {
  const { language } = book;
  return markup`<div class="chapter" id="${id}">
<h2>${title[language]}</h2>
<p>${flowing(introduction[language])}</p>
</div>
${Object.entries(experiments).map(([experiment, text]) => experimentSection(book, experiment, text))}`;
}

function damagedRuns({ runs, language }: Book): Markup | undefined {
  if (runs.damaged.length === 0) return undefined;
  return markup`<section id="damaged"><h2>${words.damaged[language]}</h2>
<div class="body"><ul class="reasons">${runs.damaged.map((message) => markup`<li>${message}</li>`)}</ul></div></section>
`;
}
