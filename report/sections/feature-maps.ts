/** @file What the filters of a layer make of some images. */

import { type Figure, inlineFigure } from "../figure.ts";
import { type ImageCell, type ImageRow, imageTable } from "../image-table.ts";
import { markup } from "../markup.ts";
import type { FeatureMaps, ReportImages, RunReport } from "../run-report.ts";
import { type Section, slug } from "./section.ts";

const mostShown = 16;

export function featureMapsSection({ featureMaps = [] }: RunReport): Section | undefined {
  if (featureMaps.length === 0) return undefined;
  const figures = featureMaps.map(mapsFigure);
  const body = markup`<p class="muted">Each row is an image and what the filters of the layer make of it: white where a filter responds most, black where it does not respond. The scale is the same along a row, so a filter that stays dark found nothing it knows.</p>
${figures.map((figure) => markup`<figure class="wide"><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>\n`)}`;
  return { id: "feature-maps", title: "Feature maps", body, figures };
}

/** The drawing alone, for a section of another making. */
export function mapsFigure(maps: FeatureMaps): Figure {
  const shown = Math.min(mostShown, maps.filters);
  const rows = Array.from({ length: maps.images.count }, (_, i): ImageRow => {
    const responses = responseImages(maps, i, shown);
    const cells = Array.from({ length: shown }, (_, index): ImageCell => ({ images: responses, index }));
    return { name: maps.names?.[i] ?? String(i + 1), cells: [{ images: maps.images, index: i }, ...cells] };
  });
  const numbers = Array.from({ length: shown }, (_, k) => ({ column: k + 1, text: String(k + 1) }));
  const drawing = imageTable({ heads: [{ column: 0, text: "image" }, ...numbers], rows, size: 48 });
  const count =
    shown < maps.filters ? `the first ${shown} of ${maps.filters} filters` : `the ${shown} filters`;
  return {
    name: `feature-maps-${slug(maps.layer)}`,
    title: `Responses of ${count} of ${maps.layer}`,
    drawing,
  };
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
