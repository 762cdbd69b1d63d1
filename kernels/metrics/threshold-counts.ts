/**
 * @file Counts of predictions by threshold, and what they weigh: AUC, precision and recall follow from them. Counts are kept on
 * the GPU over many batches, weights in the row of each batch in the log.
 */
import { requireTensors } from "../../engine/arguments.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkNames, checkOption, checkOptionNames } from "../../engine/options.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { runLength } from "../runs.ts";

const thresholdCounts = kernel("metrics/threshold-counts", {
  reads: ["p", "t", "edges"],
  updates: ["counts"],
});
const thresholdWeights = kernel("metrics/threshold-weights", {
  reads: ["p", "t", "w", "edges"],
  updates: ["log"],
  step: true,
});

/**
 * What is told apart: predictions above each of the `edges`, [k] f32 in ascending order; or those between `bins` thresholds spread
 * evenly from 0 to 1.
 */
export type Thresholds = { readonly edges: Tensor } | { readonly bins: number };

interface ClassOptions {
  readonly thresholds: Thresholds;
  /** the only class that is counted; all values unless given */
  readonly classId?: number | undefined;
}

/** What addThresholdCounts() counts, and from which cell on. */
export interface ThresholdCountOptions extends ClassOptions {
  /** the first of the cells; 0 unless given */
  readonly first?: number;
}

/** What logThresholdWeights() weighs, and from which column on. */
export interface ThresholdWeightOptions extends ClassOptions {
  /** the first of the columns that the cells take */
  readonly column: number;
  /** [n], or [n * rows]: one for each row of values; 1 unless given */
  readonly weights?: Tensor | undefined;
}

/** Cells that the counts need: bins of false targets, bins of true ones, predictions that are NaN. */
export function thresholdCells(thresholds: Thresholds): number {
  checkThresholds("thresholdCells", thresholds);
  return 2 * binsOf(thresholds) + 1;
}

/**
 * Adds a batch to the counts. A target other than 0 is true.
 * @param counts u32, zeros at first
 * @param predictions [n, ...] f32
 * @param targets of the same shape, f32
 * @throws ShapeError or ArgumentError for tensors and options that do not fit
 */
export function addThresholdCounts(
  counts: Tensor,
  predictions: Tensor,
  targets: Tensor,
  options: ThresholdCountOptions,
): void {
  const op = "addThresholdCounts";
  requireTensors(op, { counts, predictions, targets });
  checkOptionNames(op, options, { thresholds: true, first: true, classId: true });
  const { thresholds, first = 0, classId } = options;
  const { cells, constants, edges } = checkPair(op, predictions, targets, { thresholds, classId });
  checkOption(op, "first", first, () => Number.isInteger(first) && first >= 0, "a whole number, 0 or more");
  if (counts.dtype !== "u32" || counts.size < first + cells)
    throw new ShapeError(
      `${op}: counts are u32, ${first + cells} or more, got ${formatShape(counts.shape)} ${counts.dtype}.`,
    );
  const inputs = { p: predictions, t: targets, edges, counts };
  run(
    thresholdCounts,
    inputs,
    {},
    { constants: { ...constants, FIRST: first }, invocations: predictions.size },
  );
}

/**
 * Writes what the predictions of a batch weigh, cell by cell, to row `step.batch % rows` of the log; micro-batches after the first
 * add to it. A target other than 0 is true.
 * @param log [rows, columns] f32
 * @param predictions [n, ...] f32
 * @param targets of the same shape, f32
 * @throws ShapeError or ArgumentError for tensors and options that do not fit
 */
export function logThresholdWeights(
  log: Tensor,
  predictions: Tensor,
  targets: Tensor,
  options: ThresholdWeightOptions,
): void {
  const op = "logThresholdWeights";
  checkOptionNames(op, options, { thresholds: true, column: true, classId: true, weights: true });
  const { thresholds, column, classId, weights } = options;
  requireTensors(op, { log, predictions, targets }, { weights });
  const { cells, constants, edges } = checkPair(op, predictions, targets, { thresholds, classId });
  const [, columns = 0] = log.shape;
  if (log.shape.length !== 2 || log.dtype !== "f32")
    throw new ShapeError(`${op}: the log is [rows,columns] f32, got ${formatShape(log.shape)} ${log.dtype}.`);
  const fits = () => Number.isInteger(column) && column >= 0 && column + cells <= columns;
  checkOption(op, "column", column, fits, `a column of the log with ${cells} from it on, of ${columns}`);
  const w = weights ?? log.engine.one;
  if (w.dtype !== "f32" || predictions.size % w.size !== 0)
    throw new ShapeError(
      `${op}: weights are [n] f32, one for each sample or row, got ${formatShape(w.shape)} ${w.dtype}.`,
    );
  run(
    thresholdWeights,
    { p: predictions, t: targets, w, edges, log },
    {},
    {
      constants: {
        ...constants,
        PER_WEIGHT: predictions.size / w.size,
        COLUMNS: columns,
        COLUMN: column,
        RUN: runLength(predictions.size / 64),
      },
      workgroups: cells,
    },
  );
}

/** What both kernels need. Throws ShapeError or ArgumentError for what does not fit. */
function checkPair(op: string, predictions: Tensor, targets: Tensor, { thresholds, classId }: ClassOptions) {
  checkThresholds(op, thresholds);
  const floats = predictions.dtype === "f32" && targets.dtype === "f32";
  if (!floats || !sameShape(predictions.shape, targets.shape)) {
    const found = [predictions, targets].map(({ shape, dtype }) => `${formatShape(shape)} ${dtype}`);
    throw new ShapeError(`${op}: predictions and targets are f32 of one shape, got ${found.join(" and ")}.`);
  }
  const classes = predictions.shape.at(-1) ?? 1;
  const isClass = () => Number.isInteger(classId) && classId! >= 0 && classId! < classes;
  if (classId !== undefined) checkOption(op, "classId", classId, isClass, `a class below ${classes}`);
  const bins = binsOf(thresholds);
  const even = "bins" in thresholds;
  return {
    cells: 2 * bins + 1,
    constants: { BINS: bins, EVEN: even, CLASSES: classes, CLASS: classId ?? 2 ** 32 - 1 },
    edges: even ? predictions.engine.one : thresholds.edges,
  };
}

function checkThresholds(op: string, thresholds: Thresholds): void {
  checkNames(`${op} thresholds`, thresholds, ["edges", "bins"]);
  if ("bins" in thresholds) {
    const { bins } = thresholds;
    const sound = () => Number.isInteger(bins) && bins >= 2 && bins <= 2 ** 24;
    checkOption(op, "bins", bins, sound, "a whole number from 2 to 2^24");
    return;
  }
  const { edges } = thresholds;
  requireTensors(op, { edges });
  if (edges.dtype === "f32" && edges.shape.length === 1) return;
  throw new ShapeError(`${op}: edges are [k] f32, got ${formatShape(edges.shape)} ${edges.dtype}.`);
}

function binsOf(thresholds: Thresholds): number {
  return "bins" in thresholds ? thresholds.bins : thresholds.edges.size + 1;
}
