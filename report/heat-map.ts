/**
 * @file The confusion matrix as a drawing: rows are true classes, columns predictions. Right answers are blue by
 * their share of the row; mistakes are orange, scaled by the largest share among the mistakes, so that they can be
 * told apart. Strength is opacity over the page, which serves light and dark alike.
 */

import { textWidth } from "./axis.ts";
import type { ConfusionSpec } from "./figure-spec.ts";
import { formatCount, formatPercent } from "./format.ts";
import { label, labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { type Markup, markup } from "./markup.ts";
import { color, type Role } from "./palette.ts";
import { type Drawing, fontFamily } from "./vega.ts";

interface Layout {
  readonly language: Language;
  readonly cell: number;
  readonly left: number;
  readonly top: number;
  readonly size: number;
  /** classes that get a name at the side */
  readonly named: (k: number) => boolean;
  readonly slanted: boolean;
}

/** Counts and row percentages up to 12 classes, counts up to 30, colour and tooltips alone beyond. */
export function drawConfusion({ axes, classes, counts }: ConfusionSpec, language: Language): Drawing {
  const layout = layOut(classes, language);
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const share = (row: number, column: number) => counts[row]![column]! / Math.max(1, totals[row]!);
  const largest = Math.max(
    ...counts.map((row, i) => Math.max(...row.map((_, j) => (i === j ? 0 : share(i, j))))),
  );
  const cells = counts.flatMap((row, i) =>
    row.map((count, j) =>
      count === 0 ? undefined : cell(layout, { i, j, count, share: share(i, j), largest, classes }),
    ),
  );
  const overhang = layout.slanted ? layout.top : 12;
  const width = layout.left + Math.max(layout.size + overhang, 330);
  const height = layout.top + layout.size + 66;
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}" font-size="12">
${frame(layout, classes.length)}${cells}${names(layout, classes)}${axisTitles(layout, axes)}${legend(layout, largest)}</svg>`;
  return { svg: svg.text, width, height };
}

function layOut(classes: readonly string[], language: Language): Layout {
  const n = classes.length;
  const cell = n <= 12 ? 46 : n <= 30 ? 26 : Math.max(5, Math.floor(720 / n));
  const longest = Math.max(...classes.map((name) => textWidth(shortened(name), 12)));
  const slanted = longest > cell - 4;
  const every = cell >= 14 ? 1 : 10;
  return {
    language,
    cell,
    size: cell * n,
    left: 34 + longest,
    top: 30 + (slanted ? Math.ceil(longest * 0.72) + 8 : 16),
    named: (k) => k % every === 0,
    slanted,
  };
}

interface CellData {
  readonly i: number;
  readonly j: number;
  readonly count: number;
  readonly share: number;
  readonly largest: number;
  readonly classes: readonly string[];
}

function cell(layout: Layout, { i, j, count, share, largest, classes }: CellData): Markup {
  const right = i === j;
  const strength = strengthOf(right ? share : share / largest);
  const { cell: size, language } = layout;
  const x = layout.left + j * size;
  const y = layout.top + i * size;
  const role: Role = right ? "training" : "validation";
  const ink = color(strength > 0.88 ? "onFill" : strength > 0.65 ? "onHalfFill" : "ink");
  const middle = x + size / 2;
  const digits = share < 0.0995 ? 1 : 0;
  const text =
    size >= 40
      ? markup`<text x="${middle}" y="${y + 21}" text-anchor="middle" font-size="14" fill="${ink}">${formatCount(count, language)}</text><text x="${middle}" y="${y + 36}" text-anchor="middle" font-size="11" fill="${ink}">${formatPercent(share, digits, language)}</text>`
      : size >= 20
        ? markup`<text x="${middle}" y="${y + size / 2 + 4}" text-anchor="middle" font-size="${count > 999 ? 9 : 11}" fill="${ink}">${count}</text>`
        : undefined;
  const gap = size >= 20 ? 1 : 0;
  const tooltip = label("confusion-cell", {
    ...{ truth: classes[i]!, predicted: classes[j]!, count },
    share: formatPercent(share, 1, language),
  });
  return markup`<g><title>${labelText(tooltip, language)}</title><rect x="${x + gap}" y="${y + gap}" width="${size - 2 * gap}" height="${size - 2 * gap}" fill="${color(role)}" fill-opacity="${strength.toFixed(2)}"/>${text}</g>
`;
}

/** Opacity of a fraction 0..1; the smallest is still visible. */
function strengthOf(fraction: number): number {
  return 0.1 + 0.85 * fraction;
}

function frame({ left, top, size, cell }: Layout, n: number): Markup {
  const lines = Array.from({ length: cell >= 20 ? n + 1 : 0 }, (_, k) => {
    const at = k * cell;
    return markup`<path d="M${left},${top + at}h${size}M${left + at},${top}v${size}"/>`;
  });
  return markup`<g fill="none" stroke="${color("hairline")}"><rect x="${left}" y="${top}" width="${size}" height="${size}"/>${lines}</g>
`;
}

function names({ left, top, cell, named, slanted }: Layout, classes: readonly string[]): Markup {
  const rows = classes.map((name, k) =>
    named(k)
      ? markup`<text x="${left - 8}" y="${top + k * cell + cell / 2 + 4}" text-anchor="end">${shortened(name)}</text>`
      : undefined,
  );
  const columns = classes.map((name, k) => {
    if (!named(k)) return undefined;
    const x = left + k * cell + cell / 2;
    return slanted
      ? markup`<text transform="translate(${x + 3},${top - 6}) rotate(-45)">${shortened(name)}</text>`
      : markup`<text x="${x}" y="${top - 8}" text-anchor="middle">${shortened(name)}</text>`;
  });
  return markup`<g fill="${color("ink")}">${rows}${columns}</g>
`;
}

function axisTitles({ left, top, size, language }: Layout, { x, y }: ConfusionSpec["axes"]): Markup {
  const middle = top + size / 2;
  return markup`<g fill="${color("muted")}"><text x="${left}" y="13">${labelText(x, language)}</text><text transform="translate(13,${middle}) rotate(-90)" text-anchor="middle">${labelText(y, language)}</text></g>
`;
}

/** A name that fits beside the matrix; tooltips have the whole one. */
function shortened(name: string): string {
  return name.length > 20 ? `${name.slice(0, 19)}…` : name;
}

function legend({ left, top, size, language }: Layout, largest: number): Markup {
  const y = top + size + 18;
  const text = (key: string, share?: string) => labelText(label(key, share ? { share } : {}), language);
  return markup`${ramp(left, y, "training", text("right-answers"), text("share-of-row"))}${
    largest > 0
      ? ramp(
          left + 170,
          y,
          "validation",
          text("mistakes"),
          text("up-to-share", formatPercent(largest, 1, language)),
        )
      : undefined
  }`;
}

function ramp(x: number, y: number, role: Role, name: string, range: string): Markup {
  const steps = [0, 0.25, 0.5, 0.75, 1].map(
    (step, k) =>
      markup`<rect x="${x + k * 22}" y="${y}" width="22" height="9" fill="${color(role)}" fill-opacity="${strengthOf(step).toFixed(2)}"/>`,
  );
  return markup`${steps}<text x="${x}" y="${y + 25}" fill="${color("ink")}">${name}</text><text x="${x}" y="${y + 40}" font-size="11" fill="${color("muted")}">${range}</text>
`;
}
