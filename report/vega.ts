/** @file Vega-Lite to SVG. The libraries are loaded on first use, since they take most of a second. */

import type { TopLevelSpec } from "vega-lite";
import { formatTick } from "./format.ts";
import type { Language } from "./language.ts";
import { color } from "./palette.ts";

/** The stack of fonts of every drawing: PT Sans is the one shipped for PNGs. */
export const fontFamily = "PT Sans, system-ui, Helvetica, Arial, sans-serif";

export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Margins around the plot area, in pixels. */
export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A layered chart with the report's looks. `width` and `height` are those of the plot area. */
export async function drawChart(
  size: { readonly width: number; readonly height: number; readonly margins: Margins },
  spec: Record<string, unknown>,
): Promise<Drawing> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const { margins, ...plot } = size;
  const full = { autosize: { type: "none" }, padding: margins, background: null, config, ...plot, ...spec };
  const view = new vega.View(vega.parse(vegaLite.compile(full as unknown as TopLevelSpec).spec), {
    renderer: "none",
  });
  const svg = await view.toSVG();
  view.finalize();
  return {
    svg: withTooltips(withoutControls(svg)),
    width: plot.width + margins.left + margins.right,
    height: plot.height + margins.top + margins.bottom,
  };
}

const config = {
  font: fontFamily,
  view: { stroke: null },
  axis: {
    aria: false,
    domain: false,
    ticks: false,
    gridColor: color("hairline"),
    labelColor: color("muted"),
    labelFlush: false,
    labelFontSize: 12,
    labelOverlap: false,
    labelPadding: 8,
    titleColor: color("muted"),
    titleFontSize: 12,
    titleFontWeight: "normal",
  },
};

/** Ticks as the language writes them; Vega's own format would round 0.025 to 0.03. */
export function writtenTicks(values: readonly number[], language: Language): object {
  const texts = Object.fromEntries(values.map((value) => [String(value), formatTick(value, language)]));
  return { values, labelExpr: `${JSON.stringify(texts)}['' + datum.value]` };
}

/** Without the control characters that XML forbids, which Vega would let through. */
function withoutControls(svg: string): string {
  return svg.replace(/(?![\t\n\r])\p{Cc}/gu, "");
}

/** Descriptions of marks become `<title>`, which browsers show when the pointer rests on the mark. */
function withTooltips(svg: string): string {
  return svg.replace(
    /<path aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"([^>]*)\/>/g,
    "<path$2><title>$1</title></path>",
  );
}
