/** @file The pictures of a run for its place in the book. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { textWidth } from "../report/axis.ts";
import { type Figure, inlineFigure, readStandaloneSvg } from "../report/figure.ts";
import { type Markup, markup } from "../report/markup.ts";
import type { SavedRun } from "../saved-run/saved-run.ts";
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
  const rest = run.figures.filter((name) => !curves.includes(name));
  const chosen = figures
    ? figures.flatMap((beginning) => rest.filter((name) => name.startsWith(beginning)))
    : rest.filter((name) => !details.test(name));
  const names = [...curves.filter((name) => run.figures.includes(name)), ...new Set(chosen)];
  const shown = names.slice(0, mostShown).flatMap((name) => pictureOf(run, name, language) ?? []);
  if (shown.length === 0) return undefined;
  return markup`<div class="pictures">
${shown.map((figure) => markup`<figure class="${figure.drawing.width > 520 ? "whole" : "half"}"><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>\n`)}</div>
`;
}

function pictureOf({ folder }: SavedRun, name: string, language: Language): Figure | undefined {
  const figure = readStandaloneSvg(readFileSync(join(folder, "figures", `${name}.svg`), "utf8"));
  if (!figure) return undefined;
  const { drawing } = figure;
  let longer = 0; // texts at the right edge may need more room than the English ones
  const texts = drawing.svg.replace(
    /(<text [^>]*>)([^<]*)(<\/text>)/g,
    (_, open: string, english: string, close: string) => {
      const text = pictureText(english, language);
      longer = Math.max(longer, textWidth(text, 12) - textWidth(english, 12));
      return `${open}${text}${close}`;
    },
  );
  const width = drawing.width + longer;
  const { height } = drawing;
  const svg = texts.replace(
    /^(<svg [^>]*?)width="[\d.]+"([^>]*?)viewBox="[^"]*"/,
    `$1width="${width}"$2viewBox="0 0 ${width} ${height}"`,
  );
  return { name, title: pictureText(figure.title, language), drawing: { svg, width, height } };
}
