/** @file A report as files: `report.html` and `figures/`. */

import { join } from "node:path";
import { makeFolder, writeFileAtomically } from "../engine/platform/node/files.ts";
import { type ReportDocument, renderReport } from "./document.ts";
import { standaloneSvg } from "./figure.ts";
import { writeFigureIndex } from "./figure-index.ts";
import { fileName } from "./file-name.ts";
import type { RunReport } from "./run-report.ts";
import { svgToPng } from "./svg-to-png.ts";

/** The files that writeReport() has written. */
export interface WrittenReport {
  /** path of `report.html` */
  readonly report: string;
  /** paths of the SVG and PNG files */
  readonly figures: readonly string[];
}

/**
 * Writes `report.html`, `figures/*.svg|png` and `figures/index.json` into a folder, which is made if it is not there. Files of the same
 * names are replaced, each only when the new one is whole.
 * @throws FileError if the folder cannot be written
 */
export async function writeRunReport(folder: string, report: RunReport): Promise<WrittenReport> {
  return writeReportFiles(folder, await renderReport(report));
}

/** The same for any rendered page. */
export async function writeReportFiles(
  folder: string,
  { html, figures, provenance }: ReportDocument,
): Promise<WrittenReport> {
  makeFolder(join(folder, "figures"));
  const written: string[] = [];
  for (const figure of figures) {
    const svg = standaloneSvg(figure, provenance);
    const file = join(folder, "figures", fileName(figure.name));
    writeFileAtomically(`${file}.svg`, svg);
    writeFileAtomically(`${file}.png`, await svgToPng(svg));
    written.push(`${file}.svg`, `${file}.png`);
  }
  const plans = figures.flatMap(({ name, plan }) => (plan ? [{ ...plan, name: fileName(name) }] : []));
  writeFigureIndex(join(folder, "figures"), plans);
  const reportFile = join(folder, "report.html");
  writeFileAtomically(reportFile, html);
  return { report: reportFile, figures: written };
}
