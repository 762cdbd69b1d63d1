/** @file One experiment in the book: question, answer, pictures, figures, and what the run was. */
import { UsageError } from "../../engine/errors.ts";
import { command } from "../../runner/command.ts";
import type { Experiment } from "../../runner/experiment.ts";
import { labCommand } from "../../runner/lab/run-link.ts";
import type { SavedRun } from "../../runner/store/saved-run.ts";
import { type Shortfall, shortfallOf } from "../../runner/store/shortfall.ts";
import { formatTime } from "../format.ts";
import type { Language } from "../language.ts";
import { type Markup, markup } from "../markup.ts";
import { facts } from "../sections/section.ts";
import type { Book, FigurePlans } from "./book.ts";
import type { ExperimentText } from "./chapter.ts";
import { Evidence } from "./evidence.ts";
import { picturesOf } from "./pictures.ts";
import { reasonsOf } from "./reasons.ts";
import { resultsTable } from "./results.ts";
import { bookTexts } from "./texts.ts";

export async function experimentSection(
  book: Book,
  plans: FigurePlans,
  id: string,
  text: ExperimentText,
): Promise<Markup> {
  const { language, experiments, runs } = book;
  const experiment = experiments.find((entry) => entry.id === id);
  const run = runs.newest.get(id);
  const asked = experiment
    ? markup`<span class="asked">${experiment.source.text}, ${experiment.source.question}</span>`
    : undefined;
  const pictures = run && (await picturesOf(run, text, plans.get(id), language));
  const alive = run && (await inTheLab(run, experiments, language));
  const body = run
    ? finished(run, experiment, text, markup`${pictures}${alive}`, language)
    : unfinished(id, experiment, text, language);
  return markup`<section id="${id}">
<h2><span class="id">${id}</span>${asked}</h2>
<div class="body">
<h3>${text.title}</h3>
<div class="asks"><p>${text.question}</p></div>
${body}</div>
</section>
`;
}

/** How to see the run's numbers alive: the command that opens it in the lab, if that can be. */
async function inTheLab(
  { folder }: SavedRun,
  experiments: readonly Experiment[],
  language: Language,
): Promise<Markup | undefined> {
  const opens = await labCommand(folder, (id) => findById(experiments, id));
  if (opens === undefined) return undefined;
  return markup`<p class="alive">${bookTexts(language).word("page.inTheLab")}</p>
<pre class="command">${opens}</pre>
`;
}

function findById(experiments: readonly Experiment[], id: string): Experiment {
  const found = experiments.find((experiment) => experiment.id === id);
  if (found) return found;
  throw new UsageError(`There is no experiment ${id}.`);
}

function unfinished(
  id: string,
  experiment: Experiment | undefined,
  text: ExperimentText,
  language: Language,
): Markup {
  const texts = bookTexts(language);
  const invitation = experiment
    ? markup`<p>${texts.word("page.runIt")}</p>
<pre class="command">${command("train", id)}</pre>
`
    : markup`<p class="muted">${texts.word("page.notBuilt")}</p>
`;
  return markup`${explanation(text)}${invitation}`;
}

function finished(
  run: SavedRun,
  experiment: Experiment | undefined,
  text: ExperimentText,
  pictures: Markup,
  language: Language,
): Markup {
  const evidence = new Evidence(run, language);
  const shortfall = shortfallOf(run.result!, run.config, experiment);
  const shown = text.shown(evidence).filter((sentence) => sentence !== undefined);
  const measured = shown.length > 0 ? markup`<p class="shown">${shown.join(" ")}</p>\n` : undefined;
  const results = resultsTable(evidence);
  const reasons = results || Object.keys(shortfall).length > 0 ? reasonsOf(shortfall, language) : [];
  return markup`${marks(shortfall, language)}${measured}${explanation(text)}${pictures}${results}${reasonList(reasons, language)}${provenance(run, language)}`;
}

function reasonList(reasons: readonly string[], language: Language): Markup | undefined {
  if (reasons.length === 0) return undefined;
  return markup`<h3>${bookTexts(language).word("page.whyDifferent")}</h3>
<ul class="reasons">${reasons.map((reason) => markup`<li>${reason}</li>`)}</ul>
`;
}

function explanation({ why }: ExperimentText): Markup {
  return markup`${why.map((paragraph) => markup`<p>${paragraph}</p>\n`)}`;
}

/** Keys of what must not be overlooked. */
export function markKeys({ synthetic, otherFiles, ...limits }: Shortfall): string[] {
  return [
    ...(synthetic ? ["syntheticMark"] : []),
    ...(otherFiles ? ["otherMark"] : []),
    ...(Object.keys(limits).length > 0 ? ["limitedMark"] : []),
  ];
}

function marks(shortfall: Shortfall, language: Language): Markup | undefined {
  const shown = markKeys(shortfall).map((key) => bookTexts(language).word(`page.${key}`));
  if (shown.length === 0) return undefined;
  return markup`<p class="marks">${shown.map((word) => markup`<span class="mark">${word}</span>`)}</p>
`;
}

function provenance(run: SavedRun, language: Language): Markup {
  const { config, result, folder } = run;
  const word = (key: string) => bookTexts(language).word(`page.${key}`);
  const evidence = new Evidence(run, language);
  const { train, test, origin } = result?.dataset ?? config.dataset;
  const images = [train, test].map((count) => evidence.count(count)).filter((count) => count !== undefined);
  const { seed } = config.settings;
  return markup`${facts([
    [word("adapter"), config.adapter.description ?? config.adapter.class],
    [word("data"), `${config.dataset.id}, ${word(`origin-${origin}`)}`],
    [word("images"), images.length > 0 ? images.join(" / ") : undefined],
    [word("epochs"), evidence.count(evidence.epochs)],
    [word("seed"), typeof seed === "number" ? String(seed) : undefined],
    [word("time"), evidence.time()],
    [word("started"), formatTime(config.started)],
    [word("report"), markup`<code>${folder}</code>`],
  ])}<pre class="command">${config.command}</pre>
`;
}
