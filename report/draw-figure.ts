/** @file From a figure's data to its drawing, in one of the languages. */
import { drawBars } from "./bar-chart.ts";
import { drawImages } from "./captioned-images.ts";
import { drawExplanation } from "./explanation-figure.ts";
import type { Figure } from "./figure.ts";
import type { FigurePlan, FigureSpec } from "./figure-spec.ts";
import { drawGrid } from "./grid-figure.ts";
import { drawConfusion } from "./heat-map.ts";
import { drawImageTable } from "./image-table.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { drawLines } from "./line-chart.ts";
import { drawNetwork } from "./network-scheme.ts";
import { drawRoc } from "./roc-chart.ts";
import { drawScatter } from "./scatter-figure.ts";
import type { Drawing } from "./vega.ts";

/** The figure with its title and drawing in words of the language. */
export async function drawFigure(plan: FigurePlan, language: Language = "en"): Promise<Figure> {
  const title = labelText(plan.title, language);
  return { name: plan.name, title, drawing: await draw(plan.spec, language), plan };
}

async function draw(spec: FigureSpec, language: Language): Promise<Drawing> {
  switch (spec.kind) {
    case "lines":
      return drawLines(spec, language);
    case "bars":
      return drawBars(spec, language);
    case "roc":
      return drawRoc(spec, language);
    case "confusion":
      return drawConfusion(spec, language);
    case "scatter":
      return drawScatter(spec, language);
    case "grid":
      return drawGrid(spec, language);
    case "images":
      return drawImages(spec, language);
    case "image-table":
      return drawImageTable(spec, language);
    case "explanation":
      return drawExplanation(spec, language);
    case "network":
      return drawNetwork(spec, language);
  }
}
