/** @file The filters of the first convolution. */

import { imageFigure, imageList } from "../captioned-images.ts";
import { filterImages } from "../filter-images.ts";
import { markup } from "../markup.ts";
import type { RunReport } from "../run-report.ts";
import type { Section } from "./section.ts";

export function filtersSection({ filters }: RunReport): Section | undefined {
  if (!filters) return undefined;
  const images = { images: filterImages(filters), captions: [] };
  const title = `The ${filters.filters} filters of ${filters.layer}`;
  const body = markup`<p class="muted">The ${filters.height}×${filters.width} weights of each filter of <code>${filters.layer}</code>${filters.channels === 3 ? ", its three input channels as red, green and blue" : undefined}. Middle grey is zero; the scale is the same for all.</p>
${imageList(images)}`;
  const figures = [{ name: "filters", title, drawing: imageFigure(images) }];
  return { id: "filters", title: "First-layer filters", body, figures };
}
