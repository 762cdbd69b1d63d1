/** @file `summary()` in Keras's layout: layer, output shape, parameters, and connections where it is no chain. */
import type { Graph } from "./graph.ts";
import { connectionName } from "./layer-names.ts";
import type { Layer } from "./layers/layer.ts";
import type { StoredVariable } from "./stored-variables.ts";
import type { LayerCall } from "./symbolic.ts";
import type { Variable } from "./variable.ts";

/** One use of a layer, also for reports. */
export interface SummaryRow {
  readonly name: string;
  readonly type: string;
  /** of the first output, without the batch axis */
  readonly outputShape: readonly number[];
  /** of every output: models within the model may have several */
  readonly outputShapes: readonly (readonly number[])[];
  /** those that no row before it has counted */
  readonly parameters: number;
  /** names of the layers whose outputs this one takes */
  readonly inputs: readonly string[];
  /** the same as Keras prints them: dense_1[0][0], the layer, which of its uses, which output */
  readonly connections: readonly string[];
}

/** The layers of a model, and its numbers of weights. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  /** of all weights */
  readonly total: number;
  readonly trainable: number;
  readonly nonTrainable: number;
}

/** One row per layer call; shared weights are counted once. */
export function summarize(graph: Graph, weights: readonly StoredVariable[]): Summary {
  const counted = new Set<Variable>();
  const owned = new Set(graph.layers.flatMap((layer) => variablesWithin(layer)));
  const sizeOfNew = (layer: Layer) => {
    const borrowed = layer.borrowed
      .map(({ variable }) => variable)
      .filter((variable) => !owned.has(variable));
    const found = [...variablesWithin(layer), ...borrowed].filter((variable) => !counted.has(variable));
    for (const variable of found) counted.add(variable);
    return sum([...new Set(found)]);
  };
  const rows = graph.calls.map(({ layer, inputs, outputs }: LayerCall): SummaryRow => {
    const sources = inputs.map((tensor) => graph.callOf(tensor));
    const shapes = outputs.map(({ shape }) => shape);
    return {
      name: layer.name,
      type: layer.className,
      outputShape: shapes[0]!,
      outputShapes: shapes,
      parameters: sizeOfNew(layer),
      inputs: sources.map((call) => call.layer.name),
      connections: inputs.map((tensor, i) => connectionName(tensor, sources[i]!)),
    };
  });
  const total = sum(weights.map(({ variable }) => variable));
  const trainable = sum(weights.filter((weight) => weight.trainable).map(({ variable }) => variable));
  return { rows, total, trainable, nonTrainable: total - trainable };
}

function variablesWithin(layer: Layer): Variable[] {
  return [...layer.variables, ...layer.innerLayers.flatMap((inner) => variablesWithin(inner))];
}

function sum(variables: readonly Variable[]): number {
  return variables.reduce((total, { size }) => total + size, 0);
}

/** Where Keras's columns begin and the line ends, of a chain and of other graphs. */
const chainWidths = [29, 26, 10];
const graphWidths = [32, 21, 12, 33];

/** The table as text. Connections are shown where the graph is not a simple chain. */
export function formatSummary(name: string, { rows, total, trainable, nonTrainable }: Summary): string {
  const chain = isChain(rows);
  const widths = chain ? chainWidths : graphWidths;
  const shown = chain ? rows.filter(({ type }) => type !== "InputLayer") : joinUses(rows);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.slice(0, widths[i]! - 1).padEnd(widths[i]!))
      .join("")
      .trimEnd();
  const width = widths.reduce((total, size) => total + size, 0);
  const body = shown.map((row) => {
    const [first = "", ...more] = chain ? [] : row.connections;
    const cells = [`${row.name} (${row.type})`, shapesText(row), String(row.parameters), first];
    const lines = [cells.slice(0, widths.length), ...more.map((connection) => ["", "", "", connection])];
    return lines.map(line).join("\n");
  });
  const count = (value: number) => value.toLocaleString("en-US");
  return [
    `Model: ${name}`,
    "_".repeat(width),
    line(["Layer (type)", "Output Shape", "Param #", "Connected to"].slice(0, widths.length)),
    "=".repeat(width),
    body.join(`\n${"_".repeat(width)}\n`),
    "=".repeat(width),
    `Total params: ${count(total)}`,
    `Trainable params: ${count(trainable)}`,
    `Non-trainable params: ${count(nonTrainable)}`,
    "_".repeat(width),
  ].join("\n");
}

/** Every layer takes nothing but the output of the one before it. */
function isChain(rows: readonly SummaryRow[]): boolean {
  return rows.every(({ inputs, outputShapes }, i) => {
    const follows = i === 0 ? inputs.length === 0 : inputs.length === 1 && inputs[0] === rows[i - 1]!.name;
    return follows && outputShapes.length === 1;
  });
}

/** A shared layer is one row with the connections of all its uses. */
function joinUses(rows: readonly SummaryRow[]): SummaryRow[] {
  const joined = new Map<string, SummaryRow>();
  for (const row of rows) {
    const first = joined.get(row.name);
    const connections = [...(first?.connections ?? []), ...row.connections];
    joined.set(row.name, { ...(first ?? row), connections });
  }
  return [...joined.values()];
}

function shapesText({ outputShapes }: SummaryRow): string {
  const texts = outputShapes.map((shape) => `(${["None", ...shape].join(", ")})`);
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}
