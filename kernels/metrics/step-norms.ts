/** @file Norms of gradients and updates, one for each parameter of a flat buffer, in a row of a log of their own. */
import { requireTensors } from "../../engine/arguments.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkOption, requireParts } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { runLength } from "../runs.ts";

const stepNorms = kernel("metrics/step-norms", {
  reads: ["values", "before", "ranges"],
  updates: ["log"],
  step: true,
  flops: { values: 4 },
});

/** What logNorms() takes the norms of, and where it writes them. */
export interface NormsEntry {
  /** flat, f32 */
  readonly values: Tensor;
  /** of the same shape: the norms are those of values - before */
  readonly before?: Tensor;
  /** [parameters, 2], the first element and number of elements of each */
  readonly ranges: Tensor<"u32">;
  /** elements of the longest parameter */
  readonly longest: number;
  /** of the log, where the norm of the first parameter goes */
  readonly column: number;
  /** given: the learning rate of the step with this decay is written to column 0 */
  readonly decay?: number;
}

/** Writes to row `step.batch % rows` of the log [rows, columns], f32. Throws ShapeError or ArgumentError if it does not fit. */
export function logNorms(log: Tensor, entry: NormsEntry): void {
  requireParts("logNorms", entry, "{ values, ranges, ... }");
  const { values, before, ranges, longest, column, decay } = entry;
  requireTensors("logNorms", { log, values, ranges }, { before });
  const [parameters = 0, two] = ranges.shape;
  if (two !== 2 || ranges.dtype !== "u32" || parameters === 0)
    throw new ShapeError(`logNorms: ranges are [parameters,2] u32, got ${formatShape(ranges.shape)}.`);
  if (before && before.size !== values.size) {
    const shapes = `${formatShape(before.shape)} and ${formatShape(values.shape)}`;
    throw new ShapeError(`logNorms: before and values have one shape, got ${shapes}.`);
  }
  const columns = log.shape[1] ?? 0;
  const room = () => Number.isInteger(column) && column >= 1 && column + parameters <= columns;
  checkOption("logNorms", "column", column, room, `from 1 to ${columns - parameters}`);
  const constants = {
    COLUMNS: columns,
    COLUMN: column,
    SUBTRACT: before !== undefined,
    RATE: decay !== undefined,
    DECAY: decay ?? 0,
    RUN: runLength(longest / 64),
  };
  const inputs = { values, before: before ?? log.engine.one, ranges, log };
  run(stepNorms, inputs, {}, { constants, workgroups: parameters });
}
