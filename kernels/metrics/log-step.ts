/** @file A row of the log in a single dispatch, metrics included: for predictions over classes, as long as they are few. */

import { kernel, run } from "../../engine/kernel.ts";
import { requireParts } from "../../engine/options.ts";
import type { Constants } from "../../engine/shader.ts";
import { sameShape } from "../../engine/shape.ts";
import type { OpEngine, Tensor } from "../../engine/tensor.ts";
import { loadsAhead, runLength } from "../runs.ts";
import { checkRow, type LogEntry } from "./log.ts";

const bindings = {
  reads: ["loss", "p", "t"],
  updates: ["log", "state"],
  flops: { loss: 3, p: operationsOf },
} as const;
const stepRow = kernel("metrics/log-step", bindings);
/** several lanes look at a sample: where loads take long, on a GPU */
const sharedRow = kernel("metrics/log-step.shared", bindings);
const largestWorkgroup = 256;
const classesEach = 4;

/** Values of the shader's METRIC constants. */
const metricCodes = {
  categoricalAccuracy: 1,
  topKAccuracy: 2,
  squaredError: 3,
  absoluteError: 4,
  binaryAccuracy: 5,
  roundedAccuracy: 6,
} as const;
const mostMetrics = 4;
const mostElements = 65536; // one workgroup looks at them all

/** A metric that the kernel computes itself. */
export interface StepMetric {
  readonly kind: keyof typeof metricCodes;
  /** of topKAccuracy */
  readonly k?: number;
}

/** What logStep() writes of a batch: its loss, and metrics that it computes itself. */
export interface StepLogEntry extends Required<Pick<LogEntry, "loss" | "divisor" | "samples">> {
  /** [n, ...] f32 */
  readonly predictions: Tensor;
  /** of the same shape, or class indices [n] u32 */
  readonly targets: Tensor;
  readonly metrics: readonly StepMetric[];
}

/** Whether logStep takes an entry: no metrics, or up to four, of few values. */
export function fitsLogStep({ predictions, targets, metrics }: StepLogEntry): boolean {
  if (metrics.length === 0) return true;
  const classes = predictions.shape.length === 2;
  const labels = classes && targets.dtype === "u32" && sameShape(targets.shape, [predictions.shape[0]!]);
  const values = targets.dtype === "f32" && sameShape(targets.shape, predictions.shape);
  const suits = ({ kind }: StepMetric) =>
    metricCodes[kind] <= metricCodes.topKAccuracy ? classes && (labels || values) : values;
  return metrics.length <= mostMetrics && predictions.size <= mostElements && metrics.every(suits);
}

/** For each prediction: comparisons for hits, also of one-hot targets, and three operations for a mean over elements. */
function operationsOf({ METRIC_0, METRIC_1, METRIC_2, METRIC_3, LABELS }: Constants): number {
  const hit = LABELS ? 1 : 2;
  const counts = [METRIC_0, METRIC_1, METRIC_2, METRIC_3].map((code) => [0, hit, hit][Number(code)] ?? 3);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What logRow does with metrics computed before. Throws as it does; the entry must fit. */
export function logStep(log: Tensor, entry: StepLogEntry): void {
  requireParts("logStep", entry, "{ loss, samples, ... }", ["loss", "metrics", "predictions", "targets"]);
  const { loss, samples, divisor, predictions, targets, metrics } = entry;
  const columns = checkRow("logStep", log, metrics.length, entry);
  const choices = Array.from({ length: mostMetrics }, (_, m): [string, number][] => [
    [`METRIC_${m}`, metrics[m] ? metricCodes[metrics[m].kind] : 0],
    [`K_${m}`, metrics[m]?.k ?? 1],
  ]).flat();
  const classes = predictions.size / predictions.shape[0]!;
  const { engine } = log;
  const shared = metrics.length > 0 && !engine.adapter.software;
  const constants = {
    COLUMNS: columns,
    METRICS: metrics.length,
    SAMPLES: samples,
    DIVISOR: divisor,
    CLASSES: classes,
    LABELS: targets.dtype === "u32",
    ...(shared ? shareOf(engine, samples, classes) : { RUN: runLength(classes) }),
    ...Object.fromEntries(choices),
  };
  const [p, t] = metrics.length > 0 ? [predictions, targets] : [engine.one, engine.one];
  const inputs = { loss, p, t, log, state: engine.step.tensor };
  run(shared ? sharedRow : stepRow, inputs, {}, { constants, workgroups: 1 });
}

/**
 * Lanes that share a sample, while there are lanes left and each has classesEach to look at, and the loads that each has on their way.
 * Few lanes are soon done with what they tell each other.
 */
function shareOf(engine: OpEngine, samples: number, classes: number) {
  const most = Math.min(largestWorkgroup / samples, classes / classesEach);
  const share = 2 ** Math.max(0, Math.floor(Math.log2(most)));
  const lanes = 2 ** Math.ceil(Math.log2(samples * share));
  const workgroup = Math.min(largestWorkgroup, Math.max(64, lanes));
  return { SHARE: share, AHEAD: loadsAhead(engine, classes / share), WORKGROUP: workgroup };
}
