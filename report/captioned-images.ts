/** @file Images with a caption each, as part of the page and as a figure of its own. */

import { textWidth } from "./axis.ts";
import type { ImagesSpec } from "./figure-spec.ts";
import { imageGridPng, imagePng, pngDataUri } from "./image-grid.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { type Markup, markup } from "./markup.ts";
import { color } from "./palette.ts";
import type { ReportImages } from "./run-report.ts";
import { type Drawing, fontFamily } from "./vega.ts";

type Caption = ImagesSpec["captions"][number];

/**
 * A list of images that wraps with the width of the page; the PNGs keep their own resolution. `alternatives` say what each
 * image is, for those who do not see it: its caption if absent.
 */
export function imageList({ images, captions }: ImagesSpec, alternatives: readonly string[] = []): Markup {
  const scale = enlargement(images);
  const smooth = scale === 1 ? "" : " pixelated";
  const items = Array.from({ length: images.count }, (_, i) => {
    const caption = captions[i];
    const source = pngDataUri(imagePng(images, i));
    return markup`<li class="${caption?.wrong ? "wrong" : "plain"}"><img class="picture${smooth}" src="${source}" width="${images.width * scale}" height="${images.height * scale}" alt="${alternatives[i] ?? (caption ? labelText(caption.text) : `image ${i + 1}`)}">${captionText(caption)}</li>
`;
  });
  return markup`<ul class="images${scale === 1 ? " photographs" : ""}" style="--cell: ${images.width * scale}px">
${items}</ul>
`;
}

function captionText(caption: Caption | undefined): Markup | undefined {
  if (!caption) return undefined;
  const cross = caption.wrong ? markup`<span class="cross" aria-hidden="true">✗</span> ` : undefined;
  const detail = caption.detail
    ? markup`<br><span class="muted">${labelText(caption.detail)}</span>`
    : undefined;
  return markup`<span class="caption">${cross}${labelText(caption.text)}${detail}</span>`;
}

/** A caption in words. */
interface Written {
  readonly text: string;
  readonly detail: string;
  readonly wrong: boolean;
}

/** The same images and captions as one drawing. */
export function drawImages({ images, captions }: ImagesSpec, language: Language): Drawing {
  const written = captions.map(({ text, detail, wrong }) => ({
    text: labelText(text, language),
    detail: detail === undefined ? "" : labelText(detail, language),
    wrong,
  }));
  const scale = enlargement(images);
  const width = images.width * scale;
  const height = images.height * scale;
  const lines = written.some(({ detail }) => detail) ? 2 : written.length > 0 ? 1 : 0;
  const widest = Math.max(
    0,
    ...written.flatMap(({ text, detail }) => [textWidth(text, 12) + 14, textWidth(detail, 12)]),
  );
  const gap = { x: Math.max(14, widest + 10 - width), y: 14 + lines * 16 };
  const columns = Math.min(images.count, Math.max(1, Math.floor(900 / (width + gap.x))));
  const rows = Math.ceil(images.count / columns);
  const grid = {
    width: columns * (width + gap.x) - gap.x,
    height: rows * (height + gap.y) - gap.y,
  };
  const total = { width: grid.width + Math.max(0, gap.x - 14), height: grid.height + gap.y };
  const texts = written.map((caption, i) =>
    figureCaption(
      caption,
      (i % columns) * (width + gap.x),
      Math.floor(i / columns) * (height + gap.y),
      width,
      height,
    ),
  );
  const png = pngDataUri(imageGridPng(images, { columns, scale, gap }));
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" font-family="${fontFamily}" font-size="12">
<image width="${grid.width}" height="${grid.height}" image-rendering="optimizeSpeed" href="${png}"/>
${texts}</svg>`;
  return { svg: svg.text, ...total };
}

function figureCaption(caption: Written, x: number, y: number, width: number, height: number): Markup {
  const frame = markup`<rect x="${x + 1.5}" y="${y + 1.5}" width="${width - 3}" height="${height - 3}" fill="none" stroke="${color("validation")}" stroke-width="3"/><path d="M${x + 1},${y + height + 8}l7,7m0,-7l-7,7" stroke="${color("validation")}" stroke-width="2"/>`;
  return markup`${caption.wrong ? frame : undefined}<text x="${x + (caption.wrong ? 13 : 0)}" y="${y + height + 16}" fill="${color("ink")}">${caption.text}</text><text x="${x}" y="${y + height + 32}" fill="${color("muted")}">${caption.detail}</text>
`;
}

/** Small images are enlarged by a whole factor to about 80 pixels. */
function enlargement({ width }: ReportImages): number {
  return Math.max(1, Math.round(80 / width));
}
