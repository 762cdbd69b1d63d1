/** @file The book as one page: contents, chapters, experiments. */
import { join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import type { NewestRuns } from "../../runner/store/runs.ts";
import { readFigureIndex } from "../figure-index.ts";
import type { FigurePlan } from "../figure-spec.ts";
import { formatTime } from "../format.ts";
import { htmlPage } from "../html-page.ts";
import { type Markup, markup } from "../markup.ts";
import type { Book, FigurePlans } from "./book.ts";
import type { Chapter } from "./chapter.ts";
import { contents } from "./contents.ts";
import { experimentSection } from "./experiment-section.ts";
import { bookTexts } from "./texts.ts";

/** One HTML document that needs nothing else. */
export async function renderBook(book: Book): Promise<string> {
  const { language, chapters, maker, made } = book;
  const word = (key: string) => bookTexts(language).word(`page.${key}`);
  const ids = chapters.flatMap((chapter) => Object.keys(chapter.experiments));
  const done = ids.filter((id) => book.runs.newest.has(id)).length;
  const { plans, damaged } = readPlans(book.runs);
  const parts: Markup[] = [];
  for (const chapter of chapters) parts.push(await chapterPart(book, plans, chapter));
  const body = markup`<div class="page">
<header>
<p class="eyebrow">${word("eyebrow")}</p>
<h1>${word("title")}</h1>
<div class="question"><p>${word("lead")}</p></div>
<p class="line muted"><span>${done} / ${ids.length} ${word("ran")}</span> <span>${formatTime(made.toISOString())}</span></p>
</header>
${contents(book)}<main>
${parts}${damagedRuns(damaged, word("damaged"))}</main>
<footer>${word("madeBy")} ${maker}.</footer>
</div>
`;
  return htmlPage({ title: `wgrad: ${word("title")}`, language, sheets: ["book"], body });
}

/** The indexes of figures; one that is damaged is named with the damaged runs. */
function readPlans(runs: NewestRuns): { plans: FigurePlans; damaged: readonly string[] } {
  const plans = new Map<string, readonly FigurePlan[]>();
  const damaged = [...runs.damaged];
  for (const [id, { folder }] of runs.newest) {
    try {
      const found = readFigureIndex(join(folder, "figures"));
      if (found) plans.set(id, found);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      damaged.push(error.message);
    }
  }
  return { plans, damaged };
}

async function chapterPart(book: Book, plans: FigurePlans, chapter: Chapter): Promise<Markup> {
  const { id, title, introduction, experiments } = chapter;
  const sections: Markup[] = [];
  for (const [experiment, text] of Object.entries(experiments))
    sections.push(await experimentSection(book, plans, experiment, text));
  return markup`<div class="chapter" id="${id}">
<h2>${title}</h2>
${introduction.map((paragraph) => markup`<p>${paragraph}</p>\n`)}</div>
${sections}`;
}

function damagedRuns(damaged: readonly string[], title: string): Markup | undefined {
  if (damaged.length === 0) return undefined;
  return markup`<section id="damaged"><h2>${title}</h2>
<div class="body"><ul class="reasons">${damaged.map((message) => markup`<li>${message}</li>`)}</ul></div></section>
`;
}
