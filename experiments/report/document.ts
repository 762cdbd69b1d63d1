/** @file The page around the sections: one file that needs nothing else. */

import { readFileSync } from "node:fs";
import type { Figure } from "./figure.ts";
import { type Markup, markup, trusted } from "./markup.ts";
import { themeVariables } from "./palette.ts";
import type { RunReport } from "./run-report.ts";
import { confusionSection } from "./sections/confusion.ts";
import { datasetSection } from "./sections/dataset.ts";
import { filtersSection } from "./sections/filters.ts";
import { freeSection } from "./sections/free.ts";
import { masthead, type Warning, warningStrip, warnings } from "./sections/masthead.ts";
import { networkSection } from "./sections/network.ts";
import { resultsSection } from "./sections/results.ts";
import { runSection } from "./sections/run.ts";
import { samplesSection } from "./sections/samples.ts";
import { distinct, type Section } from "./sections/section.ts";
import { trainingSection } from "./sections/training.ts";

export interface ReportDocument {
  readonly html: string;
  readonly figures: readonly Figure[];
  /** one line on what run the figures belong to, with its warnings */
  readonly provenance: string;
}

/** The whole report as one HTML document, and its pictures. */
export async function renderReport(report: RunReport): Promise<ReportDocument> {
  const found = warnings(report);
  const sections = await renderSections(report);
  const html = page(report, found, sections).text;
  const figures = sections.flatMap((section) => section.figures);
  const names = distinct(figures.map((figure) => figure.name));
  const provenance = [report.experiment, report.dataset.title, ...found.map((warning) => warning.short)];
  return {
    html,
    figures: figures.map((figure, k) => ({ ...figure, name: names[k]! })),
    provenance: provenance.join(" · "),
  };
}

async function renderSections(report: RunReport): Promise<Section[]> {
  const sections = [
    resultsSection(report),
    datasetSection(report),
    ...(await Promise.all((report.sections ?? []).map(freeSection))),
    networkSection(report),
    await trainingSection(report),
    confusionSection(report),
    samplesSection(report),
    filtersSection(report),
    runSection(report),
  ];
  const present = sections.filter((section) => section !== undefined);
  const anchors = distinct(present.map((section) => section.id));
  return present.map((section, k) => ({ ...section, id: anchors[k]! }));
}

function page(report: RunReport, found: readonly Warning[], sections: readonly Section[]): Markup {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${report.experiment}: ${report.title}</title>
<style>
${trusted(styles(found))}</style>
</head>
<body>
${warningStrip(found)}<div class="page">
${masthead(report, found)}<nav aria-label="Sections">${sections.map(({ id, title }) => markup`<a href="#${id}">${title}</a>`)}</nav>
<main>
${sections.map(({ id, title, body }) => markup`<section id="${id}">\n<h2>${title}</h2>\n<div class="body">\n${body}</div>\n</section>\n`)}</main>
<footer>Written by wgrad ${report.run.versions.wgrad}. The pictures of this page are in <code>figures/</code>, as SVG and PNG.</footer>
</div>
</body>
</html>
`;
}

/** The style sheet of a page with these warnings, which every printed page repeats at its head. */
export function styles(found: readonly Warning[]): string {
  const sheets = ["page", "content", "media"].map((name) =>
    readFileSync(new URL(`./styles/${name}.css`, import.meta.url), "utf8"),
  );
  const pageHead = found.map((warning) => warning.short).join(" · ");
  return `:root { ${themeVariables("light")} }
@media screen and (prefers-color-scheme: dark) { :root { ${themeVariables("dark")} } }
@page { margin: 16mm 14mm; @top-right { content: "${pageHead}"; font: bold 9pt sans-serif; } }
${sheets.join("\n")}`;
}
