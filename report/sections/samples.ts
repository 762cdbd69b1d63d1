/** @file Images with what the network said about them. */

import { type CaptionedImages, imageFigure, imageList } from "../captioned-images.ts";
import type { Figure } from "../figure.ts";
import { formatPercent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { Outcomes, RunReport } from "../run-report.ts";
import { type Section, slug } from "./section.ts";

export function samplesSection({ samples = [] }: RunReport): Section | undefined {
  const groups = samples.filter((group) => group.images.count > 0);
  if (groups.length === 0) return undefined;
  const figures: Figure[] = [];
  const parts: Markup[] = groups.map((group) => {
    const images = captioned(group, group.classes);
    figures.push({
      name: `samples-${slug(group.title)}`,
      title: group.title,
      drawing: imageFigure(images),
    });
    const note = group.note ? markup`<p class="muted">${group.note}</p>\n` : undefined;
    return markup`<h3>${group.title}</h3>
${note}${imageList(images)}`;
  });
  const body = markup`<p class="muted">Each caption is the prediction with its probability. A frame and a ✗ mark a mistake; the true class follows.</p>
${parts}`;
  return { id: "samples", title: "Predictions", body, figures };
}

/** Prediction and probability as caption, and the true class where it is another. */
export function captioned(outcomes: Outcomes, classes: readonly string[]): CaptionedImages {
  const captions = Array.from({ length: outcomes.images.count }, (_, i) => {
    const label = classes[outcomes.labels[i]!]!;
    const predicted = classes[outcomes.predicted[i]!]!;
    const probability = formatPercent(outcomes.probability[i]!, 0);
    const wrong = outcomes.labels[i] !== outcomes.predicted[i];
    return {
      text: `${predicted} · ${probability}`,
      ...(wrong ? { detail: `is ${label}` } : {}),
      alternative: `predicted ${predicted} with ${probability}, true class ${label}${wrong ? " (wrong)" : ""}`,
      wrong,
    };
  });
  return { images: outcomes.images, captions };
}
