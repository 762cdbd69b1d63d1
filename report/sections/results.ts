/** @file Measured figures beside published ones. */

import { formatQuantity } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { Report, ResultRow } from "../run-report.ts";
import { type Section, table } from "./section.ts";

export function resultsSection({ results }: Report): Section | undefined {
  if (!results || results.length === 0) return undefined;
  const withPublished = results.some((row) => row.published !== undefined);
  const published = [
    { title: "published", numeric: true },
    { title: "difference", numeric: true },
  ];
  const columns = [
    { title: "figure" },
    { title: "measured", numeric: true },
    ...(withPublished ? published : []),
    { title: "remark" },
  ];
  const rows = results.map((row) => [
    row.name,
    markup`<strong>${quantity(row, row.measured)}</strong>`,
    ...(withPublished ? [publishedValue(row), difference(row)] : []),
    remark(row),
  ]);
  return { id: "results", title: "Results", body: table(columns, rows, { stacks: true }), figures: [] };
}

/** A figure of the row in its unit and number of decimals. */
export function quantity(row: ResultRow, value: number): string {
  return formatQuantity(value, row.unit, row.digits ?? 2);
}

/** A published value that can be compared with the measured one. */
export function comparablePublished(row: ResultRow): number | undefined {
  return row.comparable ? row.published : undefined;
}

function publishedValue(row: ResultRow): string | undefined {
  return row.published === undefined ? undefined : quantity(row, row.published);
}

function difference(row: ResultRow): string | undefined {
  const published = comparablePublished(row);
  if (published === undefined) return undefined;
  const value = row.measured - published;
  if (value === 0) return "0";
  const unit = row.unit === "%" ? "points" : row.unit;
  return `${value < 0 ? "−" : "+"}${formatQuantity(Math.abs(value), unit, row.digits ?? 2)}`;
}

function remark(row: ResultRow): Markup {
  const badge =
    row.published !== undefined && !row.comparable
      ? markup`<span class="badge">not comparable</span> `
      : undefined;
  const before = row.why && (row.why.endsWith(".") ? " " : ". ");
  const source = row.source
    ? markup`<span class="source">${before}Published in ${link(row.source)}.</span>`
    : undefined;
  return markup`${badge}${row.why}${source}`;
}

function link({ text, url }: { readonly text: string; readonly url?: string }): Markup {
  return url && /^https?:\/\//.test(url) ? markup`<a href="${url}">${text}</a>` : markup`${text}`;
}
