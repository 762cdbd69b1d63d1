/** @file The figures of a run as the book's table: measured, published, difference. */

import type { SavedResult } from "../../runner/store/schemas.ts";
import { type Markup, markup } from "../markup.ts";
import { table } from "../sections/section.ts";
import type { Evidence } from "./evidence.ts";
import { figureName, isShare } from "./figure-names.ts";
import { writeFixed } from "./language.ts";
import { words } from "./words.ts";

const mostRows = 24;

/** Under their heading: published figures first, then the others; undefined if nothing was measured or published. */
export function resultsTable(run: Evidence): Markup | undefined {
  const found = tableOf(run);
  const { published = [] } = run.run.result ?? {};
  const heading = words[published.length > 0 ? "results" : "measuredOnly"][run.language];
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
    { title: words.figure[language] },
    { title: words.measured[language], numeric: true },
    ...(withPublished
      ? [
          { title: words.published[language], numeric: true },
          { title: words.difference[language], numeric: true },
          { title: words.source[language] },
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
  return markup`${shown}<details><summary>${words.further[language]}: ${rows.length - mostRows}</summary>
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
  const points = words.points[run.language];
  return `${sign}${writeFixed(100 * Math.abs(value), run.language, 2)}\u00a0${points}`;
}
