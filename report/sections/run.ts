/** @file On what the run was made, how fast it was, and how to repeat it. */

import { formatBytes } from "../../engine/errors.ts";
import { formatCount, formatSeconds, formatShort, formatTime } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { Report, Timing } from "../run-report.ts";
import { facts, type Section, sampleNoun } from "./section.ts";

export function runSection(report: Report): Section | undefined {
  const { run, timing } = report;
  if (!run) return undefined;
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const options = Object.entries(run.options ?? {}).map(([name, value]) => `${name} ${value}`);
  const batch = run.microBatch ? `${run.batch} in micro-batches of ${run.microBatch}` : run.batch;
  const body = markup`${timing ? tiles(timing, sampleNoun(report)) : undefined}${facts([
    ["adapter", run.adapter],
    ["started", formatTime(run.started)],
    ["duration", formatSeconds(60 * run.minutes)],
    ["profile", run.profile],
    ["seed", String(run.seed)],
    ["commit", run.commit === undefined ? undefined : markup`<code>${run.commit}</code>`],
    ["optimizer", run.optimizer],
    ["loss", run.loss],
    ["epochs", run.epochs],
    ["batch", batch],
    ["precision", run.precision],
    ["versions", versions.length > 0 ? versions.join(", ") : undefined],
    ["options", options.length > 0 ? options.join(", ") : undefined],
  ])}<h3>Repeat this run</h3>
<pre class="command">${run.command}</pre>
${run.fullCommand ? markup`<p>The full run, without the limits of this one:</p>\n<pre class="command">${run.fullCommand}</pre>\n` : undefined}${run.labCommand ? markup`<h3>Open it in the lab</h3>\n<p>Every number of its last step, alive: in the microscope, drawn to, trained on.</p>\n<pre class="command">${run.labCommand}</pre>\n` : undefined}`;
  return { id: "run", title: "Run", body, figures: [] };
}

function tiles(
  { imagesPerSecond, millisecondsPerStep, peakBytes, dispatchesPerStep }: Timing,
  samples: string,
): Markup {
  const entries: [string, string | undefined][] = [
    [`${samples} per second`, imagesPerSecond === undefined ? undefined : formatShort(imagesPerSecond)],
    ["ms per step", millisecondsPerStep === undefined ? undefined : formatShort(millisecondsPerStep)],
    ["peak GPU memory", peakBytes === undefined ? undefined : formatBytes(peakBytes)],
    ["dispatches per step", dispatchesPerStep === undefined ? undefined : formatCount(dispatchesPerStep)],
  ];
  const shown = entries.filter(([, value]) => value !== undefined);
  return markup`<dl class="tiles">
${shown.map(([name, value]) => markup`<div><dd>${value}</dd><dt>${name}</dt></div>\n`)}</dl>
`;
}
