/** @file The layers of the network with output shapes and parameter counts. */

import { drawFigure } from "../draw-figure.ts";
import { formatCount } from "../format.ts";
import { label } from "../label.ts";
import { type Markup, markup } from "../markup.ts";
import type { NetworkLayer, Report } from "../run-report.ts";
import { type Section, table, titledFigure } from "./section.ts";

export async function networkSection({ network }: Report): Promise<Section | undefined> {
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
  const boxes = layers.map(({ type, outputShape, parameters }) => ({
    type: type === "InputLayer" ? label("input") : type,
    shape: outputShape.slice(1),
    parameters,
  }));
  const scheme = await drawFigure({
    name: "network",
    title: label("shapes-and-parameters"),
    spec: { kind: "network", layers: boxes },
  });
  return {
    id: "network",
    title: "Network",
    body: markup`${titledFigure(scheme, "wide")}${table(columns, rows, { footer, stacks: true })}`,
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
