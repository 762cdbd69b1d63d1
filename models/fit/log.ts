/** @file Loss and metrics of every batch: written on the GPU, fetched now and then, averaged in float64. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { addScalar } from "../../kernels/elementwise/index.ts";
import {
  addThresholdCounts,
  logLossColumns,
  logRow,
  logStep,
  logThresholdWeights,
} from "../../kernels/metrics/index.ts";
import { fitsLogStep } from "../../kernels/metrics/log-step.ts";
import type { Batch } from "../data/gpu-samples.ts";
import { share } from "../objective/area.ts";
import type { CountMetric } from "../objective/count-metrics.ts";
import { metricValues } from "../objective/metric-values.ts";
import { type Objective, resultNames } from "../objective/objective.ts";
import type { Logs } from "./history.ts";
import { type LogLayout, logLayout, type Placed } from "./log-layout.ts";
import type { StepNorms } from "./step-norms.ts";

const maxRows = 4096;

/** What came of a (micro-)batch. */
export interface Pass {
  /** sum of the losses of these samples over the batch size, and the penalties */
  readonly loss: Tensor;
  readonly outputs: readonly Tensor[];
  /** of a model with several outputs, the loss of each sample by output, [n] each */
  readonly losses: readonly Tensor[];
}

export class TrainingLog {
  /** of the updates, if somebody wants to know them */
  readonly norms: StepNorms | undefined;
  readonly #engine: Engine;
  readonly #objective: Objective;
  readonly #layout: LogLayout;
  readonly #rows: number;
  /** [rows, columns]: sums over the samples of a batch */
  readonly #tensor: Tensor;
  /** [cells] u32, of all batches; undefined if nothing is counted */
  readonly #counts: Tensor | undefined;
  /** of the metrics of counts that have edges */
  readonly #edges: ReadonlyMap<CountMetric, Tensor>;
  /** as they were when they were read last */
  #readCounts: Uint32Array;

  /** For passes of `batches` batches. `norms` gets what watches the updates, for a number of rows. */
  constructor(engine: Engine, objective: Objective, batches: number, norms?: (rows: number) => StepNorms) {
    this.#engine = engine;
    this.#objective = objective;
    this.#rows = Math.min(batches, maxRows);
    this.norms = norms?.(this.#rows);
    this.#layout = logLayout(objective);
    const { columns, cells, counted, weighed } = this.#layout;
    this.#tensor = engine.keep(engine.zeros([this.#rows, columns]));
    this.#counts = cells > 0 ? engine.keep(engine.zeros([cells], "u32")) : undefined;
    this.#edges = edgesOf(engine, [...counted, ...weighed]);
    this.#readCounts = new Uint32Array(cells);
  }

  /** Encodes the row of the current (micro-)batch; its loss is the sum of the losses over `divisor`. */
  write(pass: Pass, divisor: number, { targets, weights }: Pick<Batch, "targets" | "weights">): void {
    const { loss, outputs, losses } = pass;
    this.#count(outputs, targets, weights);
    const samples = outputs[0]!.shape[0]!;
    const { summed, weightedHeads } = this.#layout;
    if (losses.length === 0 && weightedHeads.length === 0) {
      const metrics = summed.flatMap(({ inLog }) => inLog ?? []);
      const entry = { loss, divisor, samples, predictions: outputs[0]!, targets: targets[0]!, metrics };
      if (metrics.length === summed.length && fitsLogStep(entry)) {
        logStep(this.#tensor, entry);
        return;
      }
    }
    this.#engine.scope(() => {
      const metrics = summed.map((metric) => {
        const { head } = metric;
        return metricValues(metric, outputs[head]!, targets[head]!, weights[head]);
      });
      const totals = weightedHeads.map(
        (head) => weights[head] ?? addScalar(this.#engine.zeros([samples]), 1),
      );
      logRow(this.#tensor, { loss, divisor, samples, metrics: [...losses, ...metrics, ...totals] });
    });
  }

  #count(outputs: readonly Tensor[], targets: readonly Tensor[], weights: Batch["weights"]): void {
    const { counted, weighed } = this.#layout;
    const optionsOf = (
      { counted: { thresholds, classId } }: Placed["metric"],
      edges: Tensor | undefined,
    ) => ({
      thresholds: "bins" in thresholds ? thresholds : { edges: edges! },
      classId,
    });
    for (const { metric, first } of counted) {
      const options = { ...optionsOf(metric, this.#edges.get(metric.counted)), first };
      addThresholdCounts(this.#counts!, outputs[metric.head]!, targets[metric.head]!, options);
    }
    for (const { metric, first } of weighed) {
      const { head } = metric;
      const options = {
        ...optionsOf(metric, this.#edges.get(metric.counted)),
        column: first,
        weights: weights[head],
      };
      logThresholdWeights(this.#tensor, outputs[head]!, targets[head]!, options);
    }
  }

  /** How many more batches may run before rows that were not read are overwritten. */
  room(read: number, written: number): number {
    return this.#rows - (written - read);
  }

  /**
   * The rows of batches `from` to `to` (exclusive), at most as many as the log has. What was counted since the last reading
   * stands at the end of the last of them.
   */
  async read(from: number, to: number): Promise<number[][]> {
    if (from === to) return [];
    const { columns } = this.#layout;
    const values = (await this.#tensor.data()) as Float32Array;
    const row = (batch: number) => {
      const start = (batch % this.#rows) * columns;
      return [...values.subarray(start, start + columns)];
    };
    const rows = Array.from({ length: to - from }, (_, i) => row(from + i));
    rows.at(-1)!.push(...(await this.#newCounts()));
    return rows;
  }

  /** Differences are right even where a count went past 2^32. */
  async #newCounts(): Promise<number[]> {
    if (!this.#counts) return [];
    const before = this.#readCounts;
    this.#readCounts = Uint32Array.from(await this.#counts.data());
    return Array.from(this.#readCounts, (count, i) => (count - before[i]!) >>> 0);
  }

  /** Over all samples of the rows: means of the loss and of metrics per sample, and what follows from the counts. */
  means(rows: readonly (readonly number[])[]): Logs {
    const { summed, weightedHeads, weighed, columns, counted, cells } = this.#layout;
    const sums = new Float64Array(columns + cells);
    for (const row of rows) for (const [i, value] of row.entries()) sums[i]! += value;
    const samples = sums[0]!;
    const losses = this.#objective.lossColumns;
    const values = new Map(["loss", ...losses].map((name, i) => [name, sums[1 + i]! / samples]));
    const first = logLossColumns + losses.length;
    for (const [i, { name, weighted, head }] of summed.entries()) {
      const whole = weighted ? sums[first + summed.length + weightedHeads.indexOf(head)]! : samples;
      values.set(name, weighted ? share(sums[first + i]!, whole) : sums[first + i]! / whole);
    }
    const countedResults =
      (from: number) =>
      ({ metric, first: cell }: Placed) => {
        const results = metric.counted.values([
          ...sums.subarray(from + cell, from + cell + metric.counted.cells),
        ]);
        for (const [i, name] of resultNames(metric).entries()) values.set(name, results[i]!);
      };
    weighed.forEach(countedResults(0));
    counted.forEach(countedResults(columns));
    return Object.fromEntries(
      ["loss", ...this.#objective.columnNames].map((name) => [name, values.get(name)!]),
    );
  }

  dispose(): void {
    this.#tensor.dispose();
    this.norms?.dispose();
    this.#counts?.dispose();
    for (const edges of this.#edges.values()) edges.dispose();
  }
}

/** The edges that metrics compare predictions with, on the GPU. */
function edgesOf(engine: Engine, placed: readonly Placed[]): Map<CountMetric, Tensor> {
  return new Map(
    placed.flatMap(({ metric: { counted } }) =>
      "edges" in counted.thresholds
        ? [[counted, engine.keep(engine.tensor(counted.thresholds.edges))] as const]
        : [],
    ),
  );
}

/** Numbers in a row of the log: the columns, and those of a row at whose end counts stand. */
export function rowLengths(objective: Objective): readonly number[] {
  const { columns, cells } = logLayout(objective);
  return [columns, columns + cells];
}
