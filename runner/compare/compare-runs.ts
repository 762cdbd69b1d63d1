/** @file Several runs side by side, as one page: curves, settings that differ, final figures, time. */
import { basename } from "node:path";
import { UsageError } from "../../engine/errors.ts";
import type { ReportDocument } from "../../report/document.ts";
import { drawFigure } from "../../report/draw-figure.ts";
import { inlineFigure } from "../../report/figure.ts";
import { formatSeconds, formatShort, formatTime } from "../../report/format.ts";
import { htmlPage } from "../../report/html-page.ts";
import { label } from "../../report/label.ts";
import { markup } from "../../report/markup.ts";
import { warningBanner, warningStrip } from "../../report/sections/masthead.ts";
import { distinct, figuresOf, type Section, sectionList, table } from "../../report/sections/section.ts";
import { type SavedRun, trainingSeconds } from "../store/saved-run.ts";
import { type NamedRun, runCurves } from "./curves.ts";
import { finalFigures } from "./final-figures.ts";
import { settingsOf } from "./settings-table.ts";
import { comparisonWarnings } from "./warnings.ts";

const mostRuns = 10;

/** The page and its pictures. Throws UsageError for less than two runs, more than ten, or runs without curves or figures. */
export async function compareRuns(runs: readonly SavedRun[]): Promise<ReportDocument> {
  checkRuns(runs);
  const named = nameRuns(runs);
  const found = comparisonWarnings(
    runs,
    named.map(({ name }) => name),
  );
  const sections = [
    runsSection(named),
    finalFigures(named),
    await curvesSection(named),
    settingsSection(named),
    await timeSection(named),
  ].filter((section) => section !== undefined);
  const ids = [...new Set(runs.map(({ config }) => config.experiment))];
  const title = `${runs.length} runs of ${ids.join(", ")}`;
  const body = markup`${warningStrip(found)}<div class="page">
<header>
<p class="eyebrow">wgrad comparison</p>
<h1>${title}</h1>
${warningBanner(found)}</header>
${sectionList(sections)}<footer>Written by wgrad. The pictures of this page are in <code>figures/</code>, as SVG and PNG.</footer>
</div>
`;
  const marks = found.map(({ short }) => short);
  return {
    html: htmlPage({ title: `Comparison: ${title}`, marks, body }),
    figures: figuresOf(sections),
    provenance: [title, ...marks].join(" · "),
  };
}

function checkRuns(runs: readonly SavedRun[]): void {
  if (runs.length < 2) throw new UsageError("compare: name at least two run folders.");
  if (runs.length > mostRuns) {
    throw new UsageError(`compare: ${runs.length} runs; more than ${mostRuns} curves cannot be told apart.`);
  }
  const bare = runs.find((run) => !run.result && !run.history?.epoch.length);
  if (bare) {
    throw new UsageError(
      `compare: ${bare.folder} has neither result.json nor an epoch in history.json: nothing of it can be compared yet.`,
    );
  }
}

/** The folder's name, with the experiment before it where they differ. */
function nameRuns(runs: readonly SavedRun[]): NamedRun[] {
  const several = runs.some(({ config }) => config.experiment !== runs[0]!.config.experiment);
  const names = distinct(
    runs.map((run) => (several ? `${run.config.experiment} ${basename(run.folder)}` : basename(run.folder))),
  );
  return runs.map((run, k) => ({ ...run, name: names[k]! }));
}

function runsSection(runs: readonly NamedRun[]): Section {
  const columns = ["run", "state", "started", "command"].map((title) => ({ title }));
  const rows = runs.map(({ name, config, result, history }) => [
    markup`<strong>${name}</strong>`,
    result ? "finished" : markup`<span class="badge">unfinished</span> after epoch ${history?.epoch.at(-1)}`,
    formatTime(config.started).replaceAll(" ", "\u00a0").replaceAll("-", "\u2011"),
    markup`<code>${config.command}</code>`,
  ]);
  return { id: "runs", title: "Runs", body: table(columns, rows, { stacks: true }), figures: [] };
}

async function curvesSection(runs: readonly NamedRun[]): Promise<Section | undefined> {
  const figures = await runCurves(runs);
  if (figures.length === 0) return undefined;
  const body = markup`<div class="charts">
${figures.map((figure) => markup`<figure><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>\n`)}</div>
<p class="muted">The error is the share of images whose most probable class is wrong. Training figures are means over the epoch while the weights change; the other sets are measured at its end. Losses compare only between runs with the same loss function.</p>
`;
  return { id: "curves", title: "Curves", body, figures };
}

function settingsSection(runs: readonly NamedRun[]): Section {
  const { differing, common } = settingsOf(runs);
  const columns = [{ title: "setting" }, ...runs.map(({ name }) => ({ title: name }))];
  const rows = differing.map(({ name, values }) => [name, ...values]);
  const shown =
    rows.length > 0
      ? table(columns, rows)
      : markup`<p>The runs have the same settings: whatever differs comes from the order of floating-point sums or from changes of the code.</p>\n`;
  const same = table(
    [{ title: "setting" }, { title: "all runs" }],
    common.map(({ name, values }) => [name, values.find((value) => value !== "")]),
  );
  const body = markup`<h3>Settings that differ</h3>
${shown}<details><summary>Settings that all runs share</summary>
${same}</details>
`;
  return { id: "settings", title: "Settings", body, figures: [] };
}

async function timeSection(runs: readonly NamedRun[]): Promise<Section | undefined> {
  const timed = runs.flatMap((run) => {
    const seconds = trainingSeconds(run);
    return seconds === undefined ? [] : [{ run, seconds }];
  });
  if (timed.length === 0) return undefined;
  const figure = await drawFigure({
    name: "time",
    title: label("seconds-of-training"),
    spec: {
      kind: "bars",
      categories: timed.map(({ run }) => run.name),
      series: [{ name: label("seconds"), role: "training", values: timed.map(({ seconds }) => seconds) }],
    },
  });
  const columns = [
    { title: "run" },
    ...["epochs", "time", "seconds per epoch"].map((title) => ({ title, numeric: true })),
    { title: "adapter" },
  ];
  const rows = timed.map(({ run, seconds }) => {
    const epochs = run.history?.epoch.length;
    const perEpoch = epochs ? formatShort(seconds / epochs) : "";
    return [run.name, epochs, formatSeconds(seconds), perEpoch, run.config.adapter.description];
  });
  const body = markup`<figure><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>
${table(columns, rows, { stacks: true })}`;
  return { id: "time", title: "Time", body, figures: [figure] };
}
