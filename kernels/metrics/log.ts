/** @file The log on the GPU: one row per batch, read now and then instead of at every step. */
import { requireTensors } from "../../engine/arguments.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames, written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { runLength } from "../runs.ts";

const logLoss = kernel("metrics/log-loss", {
  reads: ["loss"],
  updates: ["log", "state"],
  flops: { loss: 3 },
});
const logColumn = kernel("metrics/log-column", {
  reads: ["values"],
  updates: ["log"],
  step: true,
  flops: { values: 1 },
});

/** Columns before those of the metrics: number of samples, sum of losses. */
export const logLossColumns = 2;

/** What logRow() writes of a batch. */
export interface LogEntry {
  /** [1], the sum of the losses of the (micro-)batch over `divisor` */
  readonly loss: Tensor;
  /** the number of samples unless given: the size of the whole batch where this is a micro-batch of it */
  readonly divisor?: number;
  /** samples in the (micro-)batch */
  readonly samples: number;
  /** per metric its value for each sample [n]: what categoricalAccuracy() and the others return */
  readonly metrics?: readonly Tensor[];
}

/**
 * Writes sums over this batch to row `step.batch % rows` of the log: samples, loss * divisor, then each metric.
 * Micro-batches after the first add to the row. A loss that is NaN or infinite halts the run: it sets
 * `step.halted` to 1 + the step's number, and optimizers change nothing from there on. Call it before the optimizer.
 * @param log [rows, 2 + metrics], f32; further columns are left as they are
 */
export function logRow(log: Tensor, entry: LogEntry): void {
  checkOptionNames("logRow", entry, { loss: true, samples: true, divisor: true, metrics: true });
  const { loss, samples, divisor = samples, metrics = [] } = entry;
  if (!Array.isArray(metrics))
    throw new ArgumentError(`logRow: metrics are a list of tensors, got ${written(metrics)}.`);
  const columns = checkRow("logRow", log, metrics.length, { loss, samples, divisor });
  const state = log.engine.step.tensor;
  run(
    logLoss,
    { loss, log, state },
    {},
    { constants: { COLUMNS: columns, SAMPLES: samples, DIVISOR: divisor }, workgroups: 1 },
  );
  for (const [index, values] of metrics.entries()) {
    requireTensors("logRow", { log, [`metric ${index}`]: values });
    if (values.shape.length !== 1 || values.dtype !== "f32") {
      throw new ShapeError(
        `logRow: metric ${index} is [n] f32, got ${formatShape(values.shape)} ${values.dtype}.`,
      );
    }
    const constants = { COLUMNS: columns, COLUMN: logLossColumns + index, RUN: runLength(values.size / 64) };
    run(logColumn, { values, log }, {}, { constants, workgroups: 1 });
  }
}

/** The log's columns. Throws ShapeError or ArgumentError, in the name of `op`, if a row cannot be written. */
export function checkRow(
  op: string,
  log: Tensor,
  metrics: number,
  { loss, samples, divisor }: Required<Pick<LogEntry, "loss" | "samples" | "divisor">>,
): number {
  requireTensors(op, { log, loss });
  const needed = logLossColumns + metrics;
  const [, columns = 0] = log.shape;
  if (log.shape.length !== 2 || columns < needed || log.dtype !== "f32") {
    throw new ShapeError(
      `${op}: the log is [rows,${needed} or more] f32, got ${formatShape(log.shape)} ${log.dtype}.`,
    );
  }
  if (loss.size !== 1) throw new ShapeError(`${op}: the loss is a scalar, got ${formatShape(loss.shape)}.`);
  checkOption(op, "samples", samples, () => Number.isInteger(samples) && samples >= 1, "a positive integer");
  checkOption(op, "divisor", divisor, () => divisor > 0, "a positive number");
  return columns;
}
