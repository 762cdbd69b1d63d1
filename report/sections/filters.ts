/** @file The filters of the first convolution. */

import { imageList } from "../captioned-images.ts";
import { drawFigure } from "../draw-figure.ts";
import type { ImagesSpec } from "../figure-spec.ts";
import { filterImages } from "../filter-images.ts";
import { label } from "../label.ts";
import { markup } from "../markup.ts";
import type { Report } from "../run-report.ts";
import type { Section } from "./section.ts";

export async function filtersSection({ filters }: Report): Promise<Section | undefined> {
  if (!filters) return undefined;
  const images: ImagesSpec = { kind: "images", images: filterImages(filters), captions: [] };
  const title = label("filters-of", { count: filters.filters, layer: filters.layer });
  const body = markup`<p class="muted">The ${filters.height}×${filters.width} weights of each filter of <code>${filters.layer}</code>${filters.channels === 3 ? ", its three input channels as red, green and blue" : undefined}. Middle grey is zero; the scale is the same for all.</p>
${imageList(images)}`;
  const figures = [await drawFigure({ name: "filters", title, spec: images })];
  return { id: "filters", title: "First-layer filters", body, figures };
}
