/** @file Loss and metrics of every batch: written on the GPU, fetched now and then, averaged in float64. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { fitsLogStep, logLossColumns, logRow, logStep } from "../../kernels/metrics/index.ts";
import type { Objective } from "../objective/objective.ts";
import type { Logs } from "./history.ts";
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
  readonly #rows: number;
  readonly #columns: number;
  /** [rows, columns]: sums over the samples of a batch */
  readonly #tensor: Tensor;

  /** For passes of `batches` batches. `norms` gets what watches the updates, for a number of rows. */
  constructor(engine: Engine, objective: Objective, batches: number, norms?: (rows: number) => StepNorms) {
    this.#engine = engine;
    this.#objective = objective;
    this.#rows = Math.min(batches, maxRows);
    this.norms = norms?.(this.#rows);
    this.#columns = logLossColumns + objective.columnNames.length;
    this.#tensor = engine.keep(engine.zeros([this.#rows, this.#columns]));
  }

  /** Encodes the row of the current (micro-)batch; its loss is the sum of the losses over `divisor`. */
  write(pass: Pass, divisor: number, targets: readonly Tensor[]): void {
    const { loss, outputs, losses } = pass;
    const samples = outputs[0]!.shape[0]!;
    const { heads } = this.#objective;
    if (heads.length === 1) {
      const metrics = heads[0]!.metrics.flatMap(({ inLog }) => inLog ?? []);
      const entry = { loss, divisor, samples, predictions: outputs[0]!, targets: targets[0]!, metrics };
      if (metrics.length === heads[0]!.metrics.length && fitsLogStep(entry)) {
        logStep(this.#tensor, entry);
        return;
      }
    }
    this.#engine.scope(() => {
      const metrics = heads.flatMap((head, i) =>
        head.metrics.map(({ perSample }) => perSample(outputs[i]!, targets[i]!)),
      );
      logRow(this.#tensor, { loss, divisor, samples, metrics: [...losses, ...metrics] });
    });
  }

  /** How many more batches may run before rows that were not read are overwritten. */
  room(read: number, written: number): number {
    return this.#rows - (written - read);
  }

  /** The rows of batches `from` to `to` (exclusive), at most as many as the log has. */
  async read(from: number, to: number): Promise<number[][]> {
    if (from === to) return [];
    const values = (await this.#tensor.data()) as Float32Array;
    const row = (batch: number) => {
      const start = (batch % this.#rows) * this.#columns;
      return [...values.subarray(start, start + this.#columns)];
    };
    return Array.from({ length: to - from }, (_, i) => row(from + i));
  }

  /** Means over all samples of the rows: loss, then the metrics. */
  means(rows: readonly (readonly number[])[]): Logs {
    const sums = new Float64Array(this.#columns);
    for (const row of rows) for (const [i, value] of row.entries()) sums[i]! += value;
    const samples = sums[0]!;
    const names = ["loss", ...this.#objective.columnNames];
    return Object.fromEntries(names.map((name, i) => [name, sums[1 + i]! / samples]));
  }

  dispose(): void {
    this.#tensor.dispose();
    this.norms?.dispose();
  }
}
