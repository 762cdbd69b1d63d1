/** @file Loss and metrics of every batch: written on the GPU, fetched now and then, averaged in float64. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { fitsLogStep, logLossColumns, logRow, logStep } from "../../kernels/metrics/index.ts";
import type { CountMetric } from "../objective/count-metrics.ts";
import type { Head, Objective } from "../objective/objective.ts";
import type { Logs } from "./history.ts";
import type { StepNorms } from "./step-norms.ts";

const maxRows = 4096;

/** A metric that is counted, where its result stands among the others and its cells among the counts. */
interface Counted {
  readonly metric: CountMetric;
  readonly head: number;
  readonly result: string;
  readonly first: number;
}

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
  readonly #rows: number;
  readonly #columns: number;
  /** names of the columns after samples and loss */
  readonly #names: readonly string[];
  /** [rows, columns]: sums over the samples of a batch */
  readonly #tensor: Tensor;
  readonly #counted: readonly Counted[];
  /** [cells] u32, of all batches; undefined if nothing is counted */
  readonly #counts: Tensor | undefined;
  /** as they were when they were read last */
  #readCounts: Uint32Array;

  /** For passes of `batches` batches. `norms` gets what watches the updates, for a number of rows. */
  constructor(engine: Engine, objective: Objective, batches: number, norms?: (rows: number) => StepNorms) {
    this.#engine = engine;
    this.#objective = objective;
    this.#rows = Math.min(batches, maxRows);
    this.norms = norms?.(this.#rows);
    this.#counted = countedMetrics(objective);
    const results = this.#counted.map(({ result }) => result);
    this.#names = objective.columnNames.filter((name) => !results.includes(name));
    this.#columns = logLossColumns + this.#names.length;
    this.#tensor = engine.keep(engine.zeros([this.#rows, this.#columns]));
    const cells = this.#counted.reduce((sum, { metric }) => sum + metric.cells, 0);
    this.#counts = cells > 0 ? engine.keep(engine.zeros([cells], "u32")) : undefined;
    this.#readCounts = new Uint32Array(cells);
  }

  /** Encodes the row of the current (micro-)batch; its loss is the sum of the losses over `divisor`. */
  write(pass: Pass, divisor: number, targets: readonly Tensor[]): void {
    const { loss, outputs, losses } = pass;
    for (const { metric, head, first } of this.#counted)
      metric.count(this.#counts!, first, outputs[head]!, targets[head]!);
    const samples = outputs[0]!.shape[0]!;
    const { heads } = this.#objective;
    const perSample = (head: Head) => head.metrics.filter(({ counted }) => !counted);
    if (heads.length === 1) {
      const metrics = perSample(heads[0]!).flatMap(({ inLog }) => inLog ?? []);
      const entry = { loss, divisor, samples, predictions: outputs[0]!, targets: targets[0]!, metrics };
      if (metrics.length === perSample(heads[0]!).length && fitsLogStep(entry)) {
        logStep(this.#tensor, entry);
        return;
      }
    }
    this.#engine.scope(() => {
      const metrics = heads.flatMap((head, i) =>
        perSample(head).map((metric) => metric.perSample!(outputs[i]!, targets[i]!)),
      );
      logRow(this.#tensor, { loss, divisor, samples, metrics: [...losses, ...metrics] });
    });
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
    const values = (await this.#tensor.data()) as Float32Array;
    const row = (batch: number) => {
      const start = (batch % this.#rows) * this.#columns;
      return [...values.subarray(start, start + this.#columns)];
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
    const sums = new Float64Array(this.#columns + this.#readCounts.length);
    for (const row of rows) for (const [i, value] of row.entries()) sums[i]! += value;
    const samples = sums[0]!;
    const mean = (name: string, i: number): [string, number] => [name, sums[1 + i]! / samples];
    const counts = sums.subarray(this.#columns);
    const counted = this.#counted.map(({ metric, result, first }): [string, number] => [
      result,
      metric.value([...counts.subarray(first, first + metric.cells)]),
    ]);
    const values = new Map([...["loss", ...this.#names].map(mean), ...counted]);
    return Object.fromEntries(
      ["loss", ...this.#objective.columnNames].map((name) => [name, values.get(name)!]),
    );
  }

  dispose(): void {
    this.#tensor.dispose();
    this.norms?.dispose();
    this.#counts?.dispose();
  }
}

function countedMetrics({ heads, metrics }: Objective): Counted[] {
  const all = heads.flatMap((head, i) => head.metrics.map(({ counted }) => ({ metric: counted, head: i })));
  let first = 0;
  return all.flatMap(({ metric, head }, i) => {
    if (!metric) return [];
    const counted = { metric, head, result: metrics[i]!.name, first };
    first += metric.cells;
    return [counted];
  });
}

/** Numbers in a row of the log: the columns, and those of a row at whose end counts stand. */
export function rowLengths(objective: Objective): readonly number[] {
  const counted = countedMetrics(objective);
  const columns = logLossColumns + objective.columnNames.length - counted.length;
  return [columns, columns + counted.reduce((sum, { metric }) => sum + metric.cells, 0)];
}
