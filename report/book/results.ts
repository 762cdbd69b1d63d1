/** @file The figures of a run as the book's table: measured, published, difference. */

import type { SavedResult } from "../../runner/store/schemas.ts";
import { formatFixed } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { table } from "../sections/section.ts";
import type { Evidence } from "./evidence.ts";
import { figureName, isShare } from "./figure-names.ts";
import { bookTexts } from "./texts.ts";

const mostRows = 24;

/** Under their heading: published figures first, then the others; undefined if nothing was measured or published. */
export function resultsTable(run: Evidence): Markup | undefined {
  const found = tableOf(run);
  const { published = [] } = run.run.result ?? {};
  const heading = word(run, published.length > 0 ? "results" : "measuredOnly");
  return found && markup`<h3>${heading}</h3>\n${found}`;
}

function tableOf(run: Evidence): Markup | undefined {
  const { language } = run;
  const published = run.run.result?.published ?? [];
  const others = Object.keys(run.run.measured).filter(
    (key) => !published.some(({ measure }) => measure === key),
  );
  if (published.length + others.length === 0) return undefined;
  const withPublished = published.length > 0;
  const columns = [
    { title: word(run, "figure") },
    { title: word(run, "measured"), numeric: true },
    ...(withPublished
      ? [
          { title: word(run, "published"), numeric: true },
          { title: word(run, "difference"), numeric: true },
          { title: word(run, "source") },
        ]
      : []),
  ];
  const rows = [
    ...published.map((figure) => publishedRow(run, figure)),
    ...others.map((key) => [
      figureName(key, language),
      markup`<strong>${run.written(key)}</strong>`,
      ...(withPublished ? ["", "", ""] : []),
    ]),
  ];
  const shown = table(columns, rows.slice(0, mostRows), { stacks: withPublished });
  if (rows.length <= mostRows) return shown;
  const more = table(columns, rows.slice(mostRows), { stacks: withPublished });
  return markup`${shown}<details><summary>${word(run, "further")}: ${rows.length - mostRows}</summary>
${more}</details>
`;
}

function publishedRow(run: Evidence, { measure, name, published, source }: SavedResult["published"][number]) {
  const measured = run.value(measure);
  const label = run.language === "en" ? name : figureName(measure, "es");
  return [
    label,
    measured === undefined ? "" : markup`<strong>${run.write(measure, measured)}</strong>`,
    run.write(measure, published),
    measured === undefined ? "" : difference(run, measure, measured - published),
    markup`<span class="source">${source}</span>`,
  ];
}

function difference(run: Evidence, key: string, value: number): string {
  const sign = value < 0 ? "−" : "+";
  if (!isShare(key)) return `${sign}${run.short(Math.abs(value))}`;
  const points = word(run, "points");
  return `${sign}${formatFixed(100 * Math.abs(value), 2, run.language)}\u00a0${points}`;
}

function word({ language }: Evidence, key: string): string {
  return bookTexts(language).word(`page.${key}`);
}
