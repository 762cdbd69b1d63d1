/** @file Horizontal bars per category, one or more per category, with the value at the end of each bar. */

import { roundTicks, textWidth } from "./axis.ts";
import type { BarsSpec } from "./figure-spec.ts";
import { formatCount, formatShort } from "./format.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { color } from "./palette.ts";
import { type Drawing, drawChart } from "./vega.ts";

const plotWidth = 480;

/** Bars start at 0; a legend above names the series if there are several. */
export async function drawBars(spec: BarsSpec, language: Language): Promise<Drawing> {
  const categories = spec.categories.map((name) => labelText(name, language));
  const series = spec.series.map((entry) => ({ ...entry, name: labelText(entry.name, language) }));
  const values = series.flatMap((entry) => entry.values);
  const write = values.every(Number.isInteger) ? formatCount : formatShort;
  const format = (value: number) => write(value, language);
  const high = roundTicks(0, Math.max(...values), 4).at(-1)!;
  const barHeight = categories.length > 40 ? 10 : 15;
  const height = categories.length * (barHeight * series.length + 8);
  const labels = values.map((value) => textWidth(format(value), 12));
  const margins = {
    left: 14 + Math.max(...categories.map((name) => textWidth(name, 12))),
    top: series.length > 1 ? 28 : 6,
    right: 8 + Math.max(...labels),
    bottom: 6,
  };
  const data = series.flatMap((entry) =>
    entry.values.map((value, k) => ({
      category: categories[k],
      series: entry.name,
      value,
      text: format(value),
      description: `${entry.name}, ${categories[k]}: ${format(value)}`,
    })),
  );
  const encoding = {
    y: {
      field: "category",
      type: "nominal",
      sort: null,
      scale: { paddingInner: 8 / (barHeight * series.length + 8), paddingOuter: 0.1 },
      axis: { title: null, labelColor: color("ink"), labelLimit: 0 },
    },
    yOffset: { field: "series", sort: null },
    x: {
      field: "value",
      type: "quantitative",
      scale: { domain: [Math.min(0, ...values), high], nice: false },
      axis: null,
    },
  };
  const colors = {
    field: "series",
    scale: { domain: series.map(({ name }) => name), range: series.map(({ role }) => color(role)) },
    legend: series.length > 1 ? legend : null,
  };
  return drawChart(
    { width: plotWidth, height, margins },
    {
      data: { values: data },
      encoding,
      layer: [
        {
          mark: { type: "bar", height: { band: 0.9 } },
          encoding: { color: colors, description: { field: "description" } },
        },
        {
          mark: { type: "text", aria: false, align: "left", dx: 5, fontSize: 12, color: color("muted") },
          encoding: { text: { field: "text" } },
        },
      ],
    },
  );
}

const legend = {
  aria: false,
  orient: "none",
  direction: "horizontal",
  legendX: 0,
  legendY: -26,
  title: null,
  labelFontSize: 12,
  labelColor: color("ink"),
  symbolType: "square",
  columnPadding: 18,
};
