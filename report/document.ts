/** @file The report of a run: its sections in order, as one page. */

import type { Figure } from "./figure.ts";
import { htmlPage } from "./html-page.ts";
import { markup } from "./markup.ts";
import type { Report } from "./run-report.ts";
import { classExamplesSection } from "./sections/class-examples.ts";
import { confusionSection } from "./sections/confusion.ts";
import { datasetSection } from "./sections/dataset.ts";
import { featureMapsSection } from "./sections/feature-maps.ts";
import { filtersSection } from "./sections/filters.ts";
import { freeSection } from "./sections/free.ts";
import { masthead, type Warning, warningStrip, warnings } from "./sections/masthead.ts";
import { networkSection } from "./sections/network.ts";
import { resultsSection } from "./sections/results.ts";
import { rocSection } from "./sections/roc.ts";
import { runSection } from "./sections/run.ts";
import { samplesSection } from "./sections/samples.ts";
import { figuresOf, type Section, sectionList, withDistinctAnchors } from "./sections/section.ts";
import { trainingSection } from "./sections/training.ts";

export interface ReportDocument {
  readonly html: string;
  readonly figures: readonly Figure[];
  /** one line on what run the figures belong to, with its warnings */
  readonly provenance: string;
}

/** The whole report as one HTML document, and its pictures. */
export async function renderReport(report: Report): Promise<ReportDocument> {
  const found = warnings(report);
  const sections = await renderSections(report);
  const html = page(report, found, sections);
  const named = report.experiment === undefined ? [report.title] : [report.experiment, report.dataset?.title];
  const provenance = [...named, ...found.map(({ short }) => short)].filter((part) => part !== undefined);
  return {
    html,
    figures: figuresOf(sections),
    provenance: provenance.join(" · "),
  };
}

async function renderSections(report: Report): Promise<Section[]> {
  const sections = [
    resultsSection(report),
    datasetSection(report),
    ...(await Promise.all((report.sections ?? []).map(freeSection))),
    await networkSection(report),
    await trainingSection(report),
    await confusionSection(report),
    await rocSection(report),
    await classExamplesSection(report),
    await samplesSection(report),
    await filtersSection(report),
    await featureMapsSection(report),
    runSection(report),
  ];
  return withDistinctAnchors(sections.filter((section) => section !== undefined));
}

function page(report: Report, found: readonly Warning[], sections: readonly Section[]): string {
  const body = markup`${warningStrip(found)}<div class="page">
${masthead(report, found)}${sectionList(sections)}<footer>Written by wgrad${report.run ? ` ${report.run.versions.wgrad}` : ""}. The pictures of this page are in <code>figures/</code>, as SVG and PNG.</footer>
</div>
`;
  const marks = found.map((warning) => warning.short);
  return htmlPage({ title: [report.experiment, report.title].filter(Boolean).join(": "), marks, body });
}
