/** @file A report as files: `report.html` and `figures/`. */

import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { FileError } from "../../engine/errors.ts";
import { type ReportDocument, renderReport } from "./document.ts";
import { standaloneSvg } from "./figure.ts";
import type { RunReport } from "./run-report.ts";
import { svgToPng } from "./svg-to-png.ts";

export interface WrittenReport {
  /** path of `report.html` */
  readonly report: string;
  /** paths of the SVG and PNG files */
  readonly figures: readonly string[];
}

/**
 * Writes `report.html` and `figures/*.svg|png` into a folder, which is made if it is not there. Files of the same
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
  const figureFolder = path.join(folder, "figures");
  await orFileError(figureFolder, () => mkdir(figureFolder, { recursive: true }));
  const written: string[] = [];
  for (const figure of figures) {
    const svg = standaloneSvg(figure, provenance);
    const file = path.join(figureFolder, figure.name);
    await replaceFile(`${file}.svg`, svg);
    await replaceFile(`${file}.png`, await svgToPng(svg));
    written.push(`${file}.svg`, `${file}.png`);
  }
  const reportFile = path.join(folder, "report.html");
  await replaceFile(reportFile, html);
  return { report: reportFile, figures: written };
}

async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await orFileError(file, async () => {
    try {
      await writeFile(temporary, content);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  });
}

async function orFileError(file: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileError(`report: cannot write ${file}: ${reason}. Choose another folder with --out.`, {
      cause: error,
    });
  }
}
