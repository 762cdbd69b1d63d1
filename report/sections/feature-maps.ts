/** @file What the filters of a layer make of some images. */

import { drawFigure } from "../draw-figure.ts";
import type { Figure } from "../figure.ts";
import { gatherImages } from "../image-grid.ts";
import { label } from "../label.ts";
import { markup } from "../markup.ts";
import type { FeatureMaps, Report, ReportImages } from "../run-report.ts";
import { type Section, slug, titledFigure } from "./section.ts";

const mostShown = 16;

export async function featureMapsSection({ featureMaps = [] }: Report): Promise<Section | undefined> {
  if (featureMaps.length === 0) return undefined;
  const figures = await Promise.all(featureMaps.map(mapsFigure));
  const body = markup`<p class="muted">Each row is an image and what the filters of the layer make of it: white where a filter responds most, black where it does not respond. The scale is the same along a row, so a filter that stays dark found nothing it knows.</p>
${figures.map((figure) => titledFigure(figure, "wide"))}`;
  return { id: "feature-maps", title: "Feature maps", body, figures };
}

/** The drawing alone, for a section of another making. */
function mapsFigure(maps: FeatureMaps): Promise<Figure> {
  const shown = Math.min(mostShown, maps.filters);
  const rows = Array.from({ length: maps.images.count }, (_, i) => {
    const responses = responseImages(maps, i, shown);
    const cells = Array.from({ length: shown }, (_, k) => ({ image: gatherImages(responses, [k]) }));
    const image = gatherImages(maps.images, [i]);
    return { name: maps.names?.[i] ?? String(i + 1), cells: [{ image }, ...cells] };
  });
  const numbers = Array.from({ length: shown }, (_, k) => ({ column: k + 1, text: String(k + 1) }));
  const { layer, filters } = maps;
  return drawFigure({
    name: `feature-maps-${slug(layer)}`,
    title:
      shown < filters
        ? label("responses-of-first", { shown, filters, layer })
        : label("responses-of", { filters, layer }),
    spec: {
      kind: "image-table",
      heads: [{ column: 0, text: label("image") }, ...numbers],
      rows,
      size: 48,
    },
  });
}

/** The maps of one image as grey images, 0 (and below) black and the largest of the shown ones white. */
function responseImages(
  { maps, height, width, filters }: FeatureMaps,
  image: number,
  shown: number,
): ReportImages {
  const size = height * width;
  const base = image * size * filters;
  let largest = 0;
  for (let pixel = 0; pixel < size; pixel++) {
    for (let k = 0; k < shown; k++) largest = Math.max(largest, maps[base + pixel * filters + k]!);
  }
  const images = new Uint8Array(shown * size);
  for (let pixel = 0; pixel < size; pixel++) {
    for (let k = 0; k < shown; k++) {
      const value = Math.max(0, maps[base + pixel * filters + k]!);
      images[k * size + pixel] = largest > 0 ? Math.round((255 * value) / largest) : 0;
    }
  }
  return { images, count: shown, height, width, channels: 1 };
}
