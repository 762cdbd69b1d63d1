/** @file The page on predicted pictures: a row for each, with what speaks for its class, and a table of all. */
import { basename } from "node:path";
import type { ReportDocument } from "../../report/document.ts";
import { drawFigure } from "../../report/draw-figure.ts";
import { shareText } from "../../report/explanation-figure.ts";
import { inlineFigure } from "../../report/figure.ts";
import type { ExplanationSpec, FigurePlan } from "../../report/figure-spec.ts";
import { formatShort } from "../../report/format.ts";
import { htmlPage } from "../../report/html-page.ts";
import { gatherImages } from "../../report/image-grid.ts";
import { type Label, label, labelText } from "../../report/label.ts";
import type { Language } from "../../report/language.ts";
import { type Markup, markup } from "../../report/markup.ts";
import { distinct, table } from "../../report/sections/section.ts";
import { brightness, overlay } from "./heat-pictures.ts";
import type { Pictures } from "./pictures.ts";
import type { ClassPredictions, Explanations, Reconstructions } from "./predict.ts";
import type { Predictor } from "./predictor.ts";

/** More would make a page that no browser likes. */
const mostDrawn = 100;

export interface PredictionPage {
  /** the run or model, as it was named */
  readonly name: string;
  readonly predictor: Predictor;
  readonly pictures: Pictures;
  readonly language: Language;
  /** the network learned from images that wgrad drew */
  readonly synthetic: boolean;
}

export async function classPage(page: PredictionPage, predicted: ClassPredictions): Promise<ReportDocument> {
  const { pictures, language } = page;
  const { explanations } = predicted;
  const plans = drawn(pictures).map((i): Omit<FigurePlan, "name"> => {
    const { path, top, explained } = predicted.pictures[i]!;
    const [first] = top;
    const title = label("prediction-title", {
      file: basename(path),
      name: first!.class,
      share: shareText(first!.share, language),
    });
    const images = explained ? explainedImages(pictures, i, explanations!, explained.class) : [];
    const bars = top.map(({ class: name, share }) => ({ name, share }));
    return { title, spec: { kind: "explanation", images: [photograph(pictures, i), ...images], bars } };
  });
  const notes = explanations ? methodNotes(explanations) : [];
  const columns = ["file", "class", "share"].map((key) => ({
    title: labelText({ key }, language),
    numeric: key === "share",
  }));
  const rows = predicted.pictures.map(({ path, top: [first] }) => [
    path,
    first!.class,
    shareText(first!.share, language),
  ]);
  return documentOf(page, plans, notes, table(columns, rows));
}

export async function picturePage(page: PredictionPage, predicted: Reconstructions): Promise<ReportDocument> {
  const { pictures, predictor, language } = page;
  const { height, width, channels } = pictures;
  const size = height * width * channels;
  const plans = drawn(pictures).map((i): Omit<FigurePlan, "name"> => {
    const { path, squaredError } = predicted.pictures[i]!;
    const outputs = predicted.outputs.subarray(i * size, (i + 1) * size);
    const bytes = Uint8ClampedArray.from(outputs, (value) => value / predictor.rules.scale);
    const image = { images: Uint8Array.from(bytes), count: 1, height, width, channels };
    const shown = photograph(pictures, i);
    const differences = Float32Array.from({ length: height * width }, (_, place) => {
      let most = 0;
      for (let k = place * channels; k < (place + 1) * channels; k++)
        most = Math.max(most, Math.abs(outputs[k]! / predictor.rules.scale - shown.image.images[k]!));
      return most;
    });
    const difference = { title: label("difference"), image: brightness(differences, height, width) };
    const file = basename(path);
    return {
      title: label("reconstruction-title", { file, error: formatShort(squaredError, language) }),
      spec: {
        kind: "explanation",
        images: [shown, { title: label("reconstruction"), image }, difference],
        bars: [],
      },
    };
  });
  const columns = ["file", "squared-error"].map((key) => ({
    title: labelText({ key }, language),
    numeric: key === "squared-error",
  }));
  const rows = predicted.pictures.map(({ path, squaredError }) => [
    path,
    formatShort(squaredError, language),
  ]);
  return documentOf(page, plans, [label("how-reconstruction")], table(columns, rows));
}

function drawn({ count }: Pictures): number[] {
  return Array.from({ length: Math.min(count, mostDrawn) }, (_, i) => i);
}

function photograph(pictures: Pictures, i: number): ExplanationSpec["images"][number] {
  return { title: label("photograph"), image: gatherImages(pictures, [i]) };
}

function explainedImages(
  pictures: Pictures,
  i: number,
  { saliency, gradCam }: Explanations,
  name: string,
): ExplanationSpec["images"] {
  const { height, width } = saliency;
  const mapOf = ({ maps }: { readonly maps: Float32Array }) =>
    maps.subarray(i * height * width, (i + 1) * height * width);
  const bright = { title: label("saliency-of", { name }), image: brightness(mapOf(saliency), height, width) };
  if (!gradCam) return [bright];
  const image = overlay(gatherImages(pictures, [i]), mapOf(gradCam));
  return [bright, { title: label("grad-cam-of", { name }), image }];
}

function methodNotes({ gradCam }: Explanations): Label[] {
  if (!gradCam) return [label("how-saliency"), label("without-grad-cam")];
  const { layer, mapHeight: rows, mapWidth: columns } = gradCam;
  return [label("how-saliency"), label("how-grad-cam", { layer, rows, columns })];
}

async function documentOf(
  { name, pictures, predictor, language, synthetic }: PredictionPage,
  plans: readonly Omit<FigurePlan, "name">[],
  notes: readonly Label[],
  summary: Markup,
): Promise<ReportDocument> {
  const { count, height, width, paths, broken } = pictures;
  const names = distinct(plans.map((_, i) => basename(paths[i]!)));
  const figures = [];
  for (const [i, plan] of plans.entries())
    figures.push(await drawFigure({ ...plan, name: names[i]! }, language));
  const text = (shown: Label) => labelText(shown, language);
  const title = text(label("predictions", { count }));
  const { filter } = predictor.rules;
  const words = [
    ...(synthetic ? [label("drawn-from-stand-ins")] : []),
    label("how-seen", { width, height, filter }),
    ...notes,
    ...(plans.length < count ? [label("only-first-drawn", { drawn: plans.length, count })] : []),
    ...broken.map((why) => label("left-out", { why })),
  ];
  const body = markup`<div class="page">
<header>
<p class="eyebrow">wgrad</p>
<h1>${title}</h1>
<p>${text(label("predictions-of", { run: name }))}</p>
</header>
<main>
${figures.map((figure) => markup`<figure class="wide"><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>\n`)}${words.map((each) => markup`<p>${text(each)}</p>\n`)}${summary}</main>
<footer>${text(label("written-by"))}</footer>
</div>
`;
  const marks = synthetic ? ["SYNTHETIC DATA"] : [];
  return {
    html: htmlPage({ title, language, marks, body }),
    figures,
    provenance: [text(label("predictions-of", { run: name })), ...marks].join(" · "),
  };
}
