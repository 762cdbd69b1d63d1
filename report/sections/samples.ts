/** @file Images with what the network said about them. */

import { imageList } from "../captioned-images.ts";
import { drawFigure } from "../draw-figure.ts";
import type { Figure } from "../figure.ts";
import type { ImagesSpec } from "../figure-spec.ts";
import { formatPercent } from "../format.ts";
import { label, labelText } from "../label.ts";
import { type Markup, markup } from "../markup.ts";
import type { Outcomes, Report } from "../run-report.ts";
import { type Section, slug } from "./section.ts";

export async function samplesSection({ samples = [] }: Report): Promise<Section | undefined> {
  const groups = samples.filter((group) => group.images.count > 0);
  if (groups.length === 0) return undefined;
  const figures: Figure[] = [];
  const parts: Markup[] = [];
  for (const group of groups) {
    const images = captioned(group, group.classes);
    const title = labelText(group.title);
    figures.push(await drawFigure({ name: `samples-${slug(title)}`, title: group.title, spec: images }));
    const note = group.note ? markup`<p class="muted">${group.note}</p>\n` : undefined;
    parts.push(markup`<h3>${title}</h3>
${note}${imageList(images, alternatives(group, group.classes))}`);
  }
  const body = markup`<p class="muted">Each caption is the prediction with its probability. A frame and a ✗ mark a mistake; the true class follows.</p>
${parts}`;
  return { id: "samples", title: "Predictions", body, figures };
}

/** Prediction and probability as caption, and the true class where it is another. */
export function captioned(outcomes: Outcomes, classes: readonly string[]): ImagesSpec {
  const captions = Array.from({ length: outcomes.images.count }, (_, i) => {
    const { truth, said, wrong } = outcomeOf(outcomes, classes, i);
    return {
      text: said.join(" · "),
      ...(wrong ? { detail: label("is-class", { name: truth }) } : {}),
      wrong,
    };
  });
  return { kind: "images", images: outcomes.images, captions };
}

/** The same for those who do not see the images. */
export function alternatives(outcomes: Outcomes, classes: readonly string[]): string[] {
  return Array.from({ length: outcomes.images.count }, (_, i) => {
    const { truth, said, wrong } = outcomeOf(outcomes, classes, i);
    return `predicted ${said.join(" with ")}, true class ${truth}${wrong ? " (wrong)" : ""}`;
  });
}

function outcomeOf({ labels, predicted, probability }: Outcomes, classes: readonly string[], i: number) {
  return {
    truth: classes[labels[i]!]!,
    said: [classes[predicted[i]!]!, formatPercent(probability[i]!, 0)],
    wrong: labels[i] !== predicted[i],
  };
}
