/** @file What every section of the report is made of, and the pieces they share. */

import { type Figure, inlineFigure } from "../figure.ts";
import { formatCount } from "../format.ts";
import { type Markup, type MarkupValue, markup } from "../markup.ts";
import type { Report } from "../run-report.ts";

export interface Section {
  /** anchor in the page */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
  /** the pictures of the section, to be written to files */
  readonly figures: readonly Figure[];
}

/** What the samples of a report are called: images, unless they are arrays of one's own or shown by no picture. */
export function sampleNoun({ dataset, confusion }: Report): "images" | "samples" {
  const areNone = dataset?.origin === "own" || (confusion && !confusion.examples);
  return areNone ? "samples" : "images";
}

export interface Column {
  readonly title: string;
  /** numbers align to the right */
  readonly numeric?: boolean;
}

export interface TableOptions {
  readonly footer?: readonly (readonly MarkupValue[])[];
  /** on a narrow page, rows become lists of column title and value; otherwise the table scrolls on its own */
  readonly stacks?: boolean;
}

/** A table; numbers get thousands separators. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly MarkupValue[])[],
  { footer = [], stacks = false }: TableOptions = {},
): Markup {
  const classOf = (column: Column | undefined) => (column?.numeric ? "number" : "text");
  const row = (values: readonly MarkupValue[]) => {
    const cells = values.map((value, k) => {
      const shown = typeof value === "number" ? formatCount(value) : value;
      return markup`<td class="${classOf(columns[k])}" data-title="${columns[k]?.title}">${shown}</td>`;
    });
    return markup`<tr>${cells}</tr>\n`;
  };
  const head = columns.map(
    (column) => markup`<th scope="col" class="${classOf(column)}">${column.title}</th>`,
  );
  const foot = footer.length > 0 ? markup`<tfoot>\n${footer.map(row)}</tfoot>\n` : undefined;
  return markup`<div class="table"><table class="${stacks ? "stacks" : "scrolls"}">
<thead><tr>${head}</tr></thead>
<tbody>
${rows.map(row)}</tbody>
${foot}</table></div>
`;
}

/** A drawing with its title above it. */
export function titledFigure(figure: Figure, look = ""): Markup {
  const kind = look ? markup` class="${look}"` : undefined;
  return markup`<figure${kind}><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>
`;
}

/** Names and values in columns; entries without a value are left out. Long words such as binary_crossentropy break at _. */
export function facts(entries: readonly (readonly [string, MarkupValue])[]): Markup {
  const items = entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const shown = typeof value === "string" ? breakable(value) : value;
      return markup`<div><dt>${name}</dt><dd>${shown}</dd></div>\n`;
    });
  return markup`<dl class="facts">
${items}</dl>
`;
}

function breakable(text: string): Markup {
  return markup`${text.split("_").map((part, k) => (k === 0 ? part : markup`_<wbr>${part}`))}`;
}

/** Paragraphs, separated in the text by blank lines. */
export function paragraphs(text: string): Markup {
  return markup`${text
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== "")
    .map((part) => markup`<p>${part.trim()}</p>\n`)}`;
}

/** Links to the sections, and the sections. Their anchors are distinct: see `withDistinctAnchors`. */
export function sectionList(sections: readonly Section[]): Markup {
  return markup`<nav aria-label="Sections">${sections.map(({ id, title }) => markup`<a href="#${id}">${title}</a>`)}</nav>
<main>
${sections.map(({ id, title, body }) => markup`<section id="${id}">\n<h2>${title}</h2>\n<div class="body">\n${body}</div>\n</section>\n`)}</main>
`;
}

export function withDistinctAnchors(sections: readonly Section[]): Section[] {
  const anchors = distinct(sections.map((section) => section.id));
  return sections.map((section, k) => ({ ...section, id: anchors[k]! }));
}

/** The pictures of all sections, each under a file name of its own. */
export function figuresOf(sections: readonly Section[]): Figure[] {
  const figures = sections.flatMap((section) => section.figures);
  const names = distinct(figures.map((figure) => figure.name));
  return figures.map((figure, k) => ({ ...figure, name: names[k]! }));
}

/** The names, with -2, -3, ... added where one has come before. */
export function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}

/** "Most confused digits" -> "most-confused-digits": lower-case letters and digits for anchors and file names. */
export function slug(title: string): string {
  const words = title
    .normalize("NFKD")
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join("-") ?? "part";
}
