/** @file Counts of predictions by threshold, from which AUC, precision and recall follow; kept on the GPU over many batches. */
import { requireTensors } from "../../engine/arguments.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkNames, checkOption, checkOptionNames } from "../../engine/options.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";

const thresholdCounts = kernel("metrics/threshold-counts", { reads: ["p", "t"], updates: ["counts"] });

/** What is counted: predictions above a threshold and not above it, or between `bins` thresholds spread evenly from 0 to 1. */
export type Thresholds = { readonly threshold: number } | { readonly bins: number };

export interface ThresholdCountOptions {
  readonly thresholds: Thresholds;
  /** the first of the cells; 0 unless given */
  readonly first?: number;
  /** the only class that is counted; all values unless given */
  readonly classId?: number | undefined;
}

/** Cells that the counts need: bins of false targets, bins of true ones, predictions that are NaN. */
export function thresholdCells(thresholds: Thresholds): number {
  return 2 * binsOf(thresholds) + 1;
}

/**
 * Adds a batch to the counts. A target other than 0 is true.
 * @param counts u32, zeros at first
 * @param predictions [n, ...] f32
 * @param targets of the same shape, f32
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
  checkThresholds(op, thresholds);
  checkOption(op, "first", first, () => Number.isInteger(first) && first >= 0, "a whole number, 0 or more");
  const floats = predictions.dtype === "f32" && targets.dtype === "f32";
  if (!floats || !sameShape(predictions.shape, targets.shape)) {
    const found = [predictions, targets].map(({ shape, dtype }) => `${formatShape(shape)} ${dtype}`);
    throw new ShapeError(`${op}: predictions and targets are f32 of one shape, got ${found.join(" and ")}.`);
  }
  const cells = thresholdCells(thresholds);
  if (counts.dtype !== "u32" || counts.size < first + cells)
    throw new ShapeError(
      `${op}: counts are u32, ${first + cells} or more, got ${formatShape(counts.shape)} ${counts.dtype}.`,
    );
  const classes = predictions.shape.at(-1) ?? 1;
  const isClass = () => Number.isInteger(classId) && classId! >= 0 && classId! < classes;
  if (classId !== undefined) checkOption(op, "classId", classId, isClass, `a class below ${classes}`);
  const constants = {
    BINS: binsOf(thresholds),
    EVEN: "bins" in thresholds,
    THRESHOLD: "threshold" in thresholds ? thresholds.threshold : 0,
    FIRST: first,
    CLASSES: classes,
    CLASS: classId ?? 2 ** 32 - 1,
  };
  const inputs = { p: predictions, t: targets, counts };
  run(thresholdCounts, inputs, {}, { constants, invocations: predictions.size });
}

function checkThresholds(op: string, thresholds: Thresholds): void {
  checkNames(`${op} thresholds`, thresholds, ["threshold", "bins"]);
  if ("bins" in thresholds) {
    const { bins } = thresholds;
    const sound = () => Number.isInteger(bins) && bins >= 2 && bins <= 2 ** 24;
    checkOption(op, "bins", bins, sound, "a whole number from 2 to 2^24");
    return;
  }
  const { threshold } = thresholds;
  checkOption(op, "threshold", threshold, () => Number.isFinite(Math.fround(threshold)), "a finite number");
}

function binsOf(thresholds: Thresholds): number {
  return "bins" in thresholds ? thresholds.bins : 2;
}
