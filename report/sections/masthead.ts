/** @file The head of the report: warnings, title, question, and the main figure beside the published one. */

import { formatSeconds, formatTime } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { Report, ResultRow } from "../run-report.ts";
import { quantity } from "./results.ts";
import { paragraphs } from "./section.ts";

/** Why the figures of a run are not those of the experiment; `short` goes on every picture and printed page. */
export interface Warning {
  readonly short: string;
  readonly text: Markup | string;
}

export function warnings({ dataset, run }: Report): Warning[] {
  const found: Warning[] = [];
  const where = markup` What they are: <a href="#data-set">data set</a>.`;
  if (dataset?.origin === "synthetic") {
    const text = markup`The images are stand-ins that wgrad drew: no figure here says anything about the real ones.${where}`;
    found.push({ short: "SYNTHETIC DATA", text });
  }
  if (dataset?.origin === "other") {
    const text = markup`Accuracies are not comparable with published ones.${where}`;
    found.push({ short: "NOT THE OFFICIAL FILES", text });
  }
  if (run?.limits !== undefined) {
    found.push({ short: run.profile === "quick" ? "QUICK PROFILE" : "LIMITED RUN", text: run.limits });
  } else if (run?.profile === "quick") {
    found.push({ short: "QUICK PROFILE", text: "Less than the full experiment." });
  }
  return found;
}

/** A strip that stays at the top of the window while the reader scrolls. */
export function warningStrip(found: readonly Warning[]): Markup | undefined {
  if (found.length === 0) return undefined;
  const items = found.map(({ short }) => markup`<strong>${short}</strong> `);
  return markup`<div class="strip" role="note"><span>${items}</span></div>
`;
}

/** The warnings in words. */
export function warningBanner(found: readonly Warning[], more?: Markup): Markup | undefined {
  if (found.length === 0) return undefined;
  const texts = found.map(({ short, text }) => markup`<p><strong>${short}.</strong> ${text}</p>\n`);
  return markup`<div class="banner">
${texts}${more}</div>
`;
}

export function masthead(report: Report, found: readonly Warning[]): Markup {
  const { run, dataset, experiment, question } = report;
  const full = run?.fullCommand ? markup`<p>The full run: <code>${run.fullCommand}</code></p>\n` : undefined;
  const facts = [
    ...(dataset ? [dataset.title] : []),
    ...(run ? [run.adapter, formatTime(run.started), formatSeconds(60 * run.minutes)] : []),
  ];
  const [headline] = report.results ?? [];
  return markup`<header>
<p class="eyebrow">wgrad ${experiment === undefined ? "report" : markup`run report <span class="muted">${experiment}</span>`}</p>
<h1>${report.title}</h1>
${question ? markup`<div class="question">${paragraphs(question)}</div>\n` : undefined}${facts.length > 0 ? markup`<p class="line muted">${facts.map((part) => markup`<span>${part}</span> `)}</p>\n` : undefined}${warningBanner(found, full)}${headline ? headlineFigure(headline) : undefined}</header>
`;
}

function headlineFigure(row: ResultRow): Markup {
  return markup`<div class="headline">
<p><span class="big">${quantity(row, row.measured)}</span><br>${row.name}</p>
${row.unit === "%" ? scale(row) : publishedText(row)}</div>
`;
}

function publishedText(row: ResultRow): Markup | undefined {
  if (row.published === undefined) return undefined;
  const doubt = row.comparable ? "" : " (not comparable)";
  return markup`<p>published: ${quantity(row, row.published)}${doubt}</p>`;
}

/** Measured as a bar and published as a tick on an axis from 0 to 100 %. */
function scale(row: ResultRow): Markup {
  const { published } = row;
  const tick =
    published === undefined
      ? undefined
      : markup`<span class="${row.comparable ? "tick" : "tick doubtful"}" style="left: ${position(published)}%"></span>`;
  const label =
    published === undefined
      ? undefined
      : markup`<div class="over" style="--at: ${position(published)}%">${publishedText(row)}</div>\n`;
  const bar = markup`<span class="bar" style="width: ${position(row.measured)}%"></span>`;
  return markup`<div class="scale">
${label}<div class="track">${bar}${tick}</div>
<div class="ends"><span>0 %</span><span>100 %</span></div>
</div>
`;
}

function position(percent: number): string {
  return Math.min(100, Math.max(0, percent)).toFixed(2);
}
