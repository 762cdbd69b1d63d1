/** @file The pictures of a run for its place in the book. */
import { join } from "node:path";
import { readTextIfThere } from "../../engine/platform/node/files.ts";
import type { SavedRun } from "../../runner/store/saved-run.ts";
import { textWidth } from "../axis.ts";
import { type Figure, inlineFigure, readStandaloneSvg } from "../figure.ts";
import { escapeMarkup, type Markup, markup, unescapeMarkup } from "../markup.ts";
import type { ExperimentText } from "./chapter.ts";
import type { Language } from "./language.ts";
import { pictureText } from "./words.ts";

const curves = ["error", "loss"];
/** Details that a run's own report has room for. */
const details = /^(roc|class-examples|samples|confused|filters|feature-maps|network|confusion)/;
const mostShown = 8;

/** Curves first, then what the text asks for, or the pictures that are the run's own. */
export function picturesOf(
  run: SavedRun,
  { figures }: ExperimentText,
  language: Language,
): Markup | undefined {
  const found = inReportOrder(run).map((figure) => translated(figure, language));
  const rest = found.filter(({ name }) => !curves.includes(name));
  const chosen = figures
    ? figures.flatMap((beginning) => rest.filter(({ name }) => name.startsWith(beginning)))
    : rest.filter(({ name }) => !details.test(name));
  const shown = [
    ...curves.flatMap((curve) => found.filter(({ name }) => name === curve)),
    ...new Set(chosen),
  ].slice(0, mostShown);
  if (shown.length === 0) return undefined;
  return markup`<div class="pictures">
${shown.map((figure) => markup`<figure class="${figure.drawing.width > 520 ? "whole" : "half"}"><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>\n`)}</div>
`;
}

/** The pictures as they follow each other in the run's report. */
function inReportOrder({ folder, figures }: SavedRun): Figure[] {
  const report = readTextIfThere(join(folder, "report.html")) ?? "";
  const place = ({ title }: Figure) => {
    const at = report.indexOf(`>${escapeMarkup(title)}</`);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  };
  return figures
    .flatMap((name) => {
      const figure = readStandaloneSvg(readTextIfThere(join(folder, "figures", `${name}.svg`)) ?? "");
      return figure ? [{ name, ...figure }] : [];
    })
    .map((figure) => ({ figure, at: place(figure) }))
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at))
    .map(({ figure }) => figure);
}

function translated(figure: Figure, language: Language): Figure {
  const { drawing } = figure;
  const longer = { left: 0, right: 0 }; // texts at the edges may need more room than the English ones
  const texts = drawing.svg.replace(
    /(<text [^>]*>)([^<]*)(<\/text>)/g,
    (_, open: string, escaped: string, close: string) => {
      const english = unescapeMarkup(escaped);
      const text = pictureText(english, language);
      const side = open.includes('text-anchor="end"') ? "left" : "right";
      longer[side] = Math.max(longer[side], textWidth(text, 12) - textWidth(english, 12));
      return `${open}${escapeMarkup(text)}${close}`;
    },
  );
  const width = drawing.width + longer.left + longer.right;
  const { height } = drawing;
  const svg = texts.replace(
    /^(<svg [^>]*?)width="[\d.]+"([^>]*?)viewBox="[^"]*"/,
    `$1width="${width}"$2viewBox="${-longer.left} 0 ${width} ${height}"`,
  );
  const title = pictureText(figure.title, language);
  return { name: figure.name, title, drawing: { svg, width, height } };
}
