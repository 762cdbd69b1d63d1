/** @file Metrics on the GPU, and the log they are written to. */
export { confusionUpdate } from "./confusion.ts";
export { type LogEntry, logLossColumns, logRow } from "./log.ts";
export { logStep, type StepLogEntry, type StepMetric } from "./log-step.ts";
export {
  absoluteError,
  binaryAccuracy,
  categoricalAccuracy,
  roundedAccuracy,
  sparseCategoricalAccuracy,
  squaredError,
  topKAccuracy,
} from "./metrics.ts";
export { logNorms, type NormsEntry } from "./step-norms.ts";
export {
  addThresholdCounts,
  logThresholdWeights,
  type ThresholdCountOptions,
  type Thresholds,
  type ThresholdWeightOptions,
  thresholdCells,
} from "./threshold-counts.ts";
