/** @file `summary()` in Keras's layout: layer, output shape, parameters. */
import type { Layer } from "./layers/layer.ts";
import type { SymbolicTensor } from "./symbolic.ts";

/** One line of the summary, also for reports. */
export interface SummaryRow {
  readonly name: string;
  readonly type: string;
  /** without the batch axis */
  readonly outputShape: readonly number[];
  readonly parameters: number;
  /** names of the layers whose outputs this one takes */
  readonly inputs: readonly string[];
}

export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly total: number;
  readonly trainable: number;
  readonly nonTrainable: number;
}

/** One row per layer call; a shared layer's weights are counted once. */
export function summarize(nodes: readonly SymbolicTensor[]): Summary {
  const counted = new Set<Layer>();
  const rows = nodes.map((node): SummaryRow => {
    const first = !counted.has(node.layer);
    counted.add(node.layer);
    return {
      name: node.layer.name,
      type: node.layer.className,
      outputShape: node.shape,
      parameters: first ? node.layer.parameterCount : 0,
      inputs: node.inputs.map(({ layer }) => layer.name),
    };
  });
  const variables = [...counted].flatMap((layer) =>
    layer.variables.map((variable) => ({
      size: variable.size,
      trainable: variable.trainable && layer.trainable,
    })),
  );
  const total = variables.reduce((sum, { size }) => sum + size, 0);
  const trainable = variables.reduce((sum, { size, trainable: learns }) => sum + (learns ? size : 0), 0);
  return { rows, total, trainable, nonTrainable: total - trainable };
}

/** The table as text. Connections are shown where the graph is not a simple chain. */
export function formatSummary(name: string, { rows, total, trainable, nonTrainable }: Summary): string {
  const chain = rows.every(({ inputs }, i) =>
    i === 0 ? inputs.length === 0 : inputs.length === 1 && inputs[0] === rows[i - 1]!.name,
  );
  const shown = chain ? rows.filter(({ type }) => type !== "InputLayer") : rows;
  const widths = chain ? [29, 26, 10] : [29, 22, 10, 20];
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.slice(0, widths[i]! - 1).padEnd(widths[i]!))
      .join("")
      .trimEnd();
  const width = widths.reduce((sum, size) => sum + size, 0);
  const header = ["Layer (type)", "Output Shape", "Param #", ...(chain ? [] : ["Connected to"])];
  const body = shown.map((row) =>
    line([
      `${row.name} (${row.type})`,
      `(None, ${row.outputShape.join(", ")})`,
      String(row.parameters),
      ...(chain ? [] : [row.inputs.join(", ")]),
    ]),
  );
  const count = (value: number) => value.toLocaleString("en-US");
  return [
    `Model: ${name}`,
    "_".repeat(width),
    line(header),
    "=".repeat(width),
    body.join(`\n${"_".repeat(width)}\n`),
    "=".repeat(width),
    `Total params: ${count(total)}`,
    `Trainable params: ${count(trainable)}`,
    `Non-trainable params: ${count(nonTrainable)}`,
    "_".repeat(width),
  ].join("\n");
}
