/** @file The pictures of a run for its place in the book. */
import { join } from "node:path";
import { WgradError } from "../../engine/errors.ts";
import { readTextIfThere } from "../../engine/platform/node/files.ts";
import type { SavedRun } from "../../runner/store/saved-run.ts";
import { drawFigure } from "../draw-figure.ts";
import { type Figure, inlineFigure, readStandaloneSvg } from "../figure.ts";
import type { FigurePlan } from "../figure-spec.ts";
import type { Language } from "../language.ts";
import { type Markup, markup } from "../markup.ts";
import type { ExperimentText } from "./chapter.ts";

const curves = ["error", "loss"];
/** Details that a run's own report has room for. */
const details = /^(roc|class-examples|samples|confused|filters|feature-maps|network|confusion)/;
const mostShown = 8;

/** Curves first, then what the text asks for, or the pictures that are the run's own; `plans` are the index of its figures. */
export async function picturesOf(
  run: SavedRun,
  { figures }: Pick<ExperimentText, "figures">,
  plans: readonly FigurePlan[] | undefined,
  language: Language,
): Promise<Markup | undefined> {
  const names = plans?.map(({ name }) => name) ?? run.figures;
  const rest = names.filter((name) => !curves.includes(name));
  const chosen = figures
    ? figures.flatMap((beginning) => rest.filter((name) => name.startsWith(beginning)))
    : rest.filter((name) => !details.test(name));
  const shown: Figure[] = [];
  for (const name of [...curves.filter((curve) => names.includes(curve)), ...new Set(chosen)]) {
    if (shown.length === mostShown) break;
    const plan = plans?.find((entry) => entry.name === name);
    const figure = (plan && (await drawn(plan, language))) ?? asWritten(run, name);
    if (figure) shown.push(figure);
  }
  if (shown.length === 0) return undefined;
  return markup`<div class="pictures">
${shown.map((figure) => markup`<figure class="${figure.drawing.width > 520 ? "whole" : "half"}"><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>\n`)}</div>
`;
}

/** Undefined for a figure whose texts this version does not know any more, or that cannot be drawn. */
async function drawn(plan: FigurePlan, language: Language): Promise<Figure | undefined> {
  try {
    return await drawFigure(plan, language);
  } catch (error) {
    if (error instanceof WgradError) return undefined;
    throw error;
  }
}

/** The picture as the run wrote it, in its own words: of runs that have no index of their figures. */
function asWritten({ folder }: SavedRun, name: string): Figure | undefined {
  const figure = readStandaloneSvg(readTextIfThere(join(folder, "figures", `${name}.svg`)) ?? "");
  return figure && { name, ...figure };
}
