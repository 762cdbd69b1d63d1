/** @file One experiment in the book: question, answer, pictures, figures, and what the run was. */
import type { Experiment } from "../../runner/experiment.ts";
import type { SavedRun } from "../../runner/store/saved-run.ts";
import { type Shortfall, shortfallOf } from "../../runner/store/shortfall.ts";
import { formatTime } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { facts } from "../sections/section.ts";
import type { ExperimentText } from "./chapter.ts";
import type { Book } from "./document.ts";
import { Evidence } from "./evidence.ts";
import { flowing, type Language } from "./language.ts";
import { picturesOf } from "./pictures.ts";
import { reasonsOf } from "./reasons.ts";
import { resultsTable } from "./results.ts";
import { words } from "./words.ts";

export function experimentSection(book: Book, id: string, text: ExperimentText): Markup {
  const { language, experiments, runs } = book;
  const experiment = experiments.find((entry) => entry.id === id);
  const run = runs.newest.get(id);
  const asked = experiment
    ? markup`<span class="asked">${experiment.source.text}, ${experiment.source.question}</span>`
    : undefined;
  const body = run ? finished(run, experiment, text, language) : unfinished(id, experiment, text, language);
  return markup`<section id="${id}">
<h2><span class="id">${id}</span>${asked}</h2>
<div class="body">
<h3>${text.title[language]}</h3>
<div class="asks"><p>${flowing(text.question[language])}</p></div>
${body}</div>
</section>
`;
}

function unfinished(
  id: string,
  experiment: Experiment | undefined,
  text: ExperimentText,
  language: Language,
): Markup {
  const command = experiment
    ? markup`<p>${words.runIt[language]}</p>
<pre class="command">npm run train -- ${id}</pre>
`
    : markup`<p class="muted">${words.notBuilt[language]}</p>
`;
  return markup`${explanation(text, language)}${command}`;
}

function finished(
  run: SavedRun,
  experiment: Experiment | undefined,
  text: ExperimentText,
  language: Language,
): Markup {
  const evidence = new Evidence(run, language);
  const shortfall = shortfallOf(run.result!, run.config, experiment);
  const shown = text.shown(evidence).filter((sentence) => sentence !== undefined);
  const measured = shown.length > 0 ? markup`<p class="shown">${shown.join(" ")}</p>\n` : undefined;
  const results = resultsTable(evidence);
  const reasons = results || Object.keys(shortfall).length > 0 ? reasonsOf(shortfall, language) : [];
  return markup`${marks(shortfall, language)}${measured}${explanation(text, language)}${picturesOf(run, text, language)}${results}${reasonList(reasons, language)}${provenance(run, language)}`;
}

function reasonList(reasons: readonly string[], language: Language): Markup | undefined {
  if (reasons.length === 0) return undefined;
  return markup`<h3>${words.whyDifferent[language]}</h3>
<ul class="reasons">${reasons.map((reason) => markup`<li>${reason}</li>`)}</ul>
`;
}

function explanation({ why }: ExperimentText, language: Language): Markup {
  return markup`${why[language].map((paragraph) => markup`<p>${flowing(paragraph)}</p>\n`)}`;
}

/** What must not be overlooked. */
function marks({ synthetic, otherFiles, ...limits }: Shortfall, language: Language): Markup | undefined {
  const shown = [
    synthetic ? words.syntheticMark : undefined,
    otherFiles ? words.otherMark : undefined,
    Object.keys(limits).length > 0 ? words.limitedMark : undefined,
  ].filter((word) => word !== undefined);
  if (shown.length === 0) return undefined;
  return markup`<p class="marks">${shown.map((word) => markup`<span class="mark">${word[language]}</span>`)}</p>
`;
}

function provenance(run: SavedRun, language: Language): Markup {
  const { config, result, folder } = run;
  const evidence = new Evidence(run, language);
  const { train, test, origin } = result?.dataset ?? config.dataset;
  const images = [train, test].map((count) => evidence.count(count)).filter((count) => count !== undefined);
  const { seed } = config.settings;
  return markup`${facts([
    [words.adapter[language], config.adapter.description ?? config.adapter.class],
    [words.data[language], `${config.dataset.id}, ${words[origin][language]}`],
    [words.images[language], images.length > 0 ? images.join(" / ") : undefined],
    [words.epochs[language], evidence.count(evidence.epochs)],
    [words.seed[language], typeof seed === "number" ? String(seed) : undefined],
    [words.time[language], evidence.time()],
    [words.started[language], formatTime(config.started)],
    [words.report[language], markup`<code>${folder}</code>`],
  ])}<pre class="command">${config.command}</pre>
`;
}
