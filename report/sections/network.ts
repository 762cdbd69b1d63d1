/** @file The layers of the network with output shapes and parameter counts. */

import { type Figure, inlineFigure } from "../figure.ts";
import { formatCount } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { networkScheme } from "../network-scheme.ts";
import type { NetworkLayer, RunReport } from "../run-report.ts";
import { type Section, table } from "./section.ts";

export function networkSection({ network }: RunReport): Section | undefined {
  if (!network) return undefined;
  const { layers, trainable, nonTrainable } = network;
  const total = trainable + nonTrainable;
  const columns = [
    { title: "layer" },
    { title: "type" },
    { title: "output shape" },
    { title: "parameters", numeric: true },
    { title: "share" },
  ];
  const rows = layers.map((layer) => [
    markup`<code>${layer.name}</code>`,
    layer.type,
    shapeText(layer),
    layer.parameters,
    shareBar(layer.parameters, total),
  ]);
  const footer = [
    [markup`<strong>total</strong>`, "", "", markup`<strong>${formatCount(total)}</strong>`, ""],
    ["trainable", "", "", trainable, ""],
    ["not trainable", "", "", nonTrainable, ""],
  ];
  const scheme: Figure = { name: "network", title: "Shapes and parameters", drawing: networkScheme(network) };
  return {
    id: "network",
    title: "Network",
    body: markup`<figure class="wide"><figcaption>${scheme.title}</figcaption>${inlineFigure(scheme)}</figure>
${table(columns, rows, { footer, stacks: true })}`,
    figures: [scheme],
  };
}

function shapeText({ outputShape }: NetworkLayer): Markup {
  return markup`<code>(${outputShape.map((size) => size ?? "batch").join(", ")})</code>`;
}

function shareBar(parameters: number, total: number): Markup | undefined {
  if (parameters === 0) return undefined;
  const percent = (100 * parameters) / total;
  return markup`<span class="share" title="${percent.toFixed(1)} % of the parameters"><span style="width: ${percent.toFixed(2)}%"></span></span>`;
}
