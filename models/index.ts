/** @file The public face of the models: layers and functions by Keras's names. */

export {
  type AdadeltaOptions,
  type AdagradOptions,
  type AdamOptions,
  type AdamwOptions,
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  type NadamOptions,
  nadam,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from "../kernels/optimizers/index.ts";
export type { ActivationName } from "./activations.ts";
export { CSVLogger, type CSVLoggerOptions } from "./callbacks/csv-logger.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./callbacks/early-stopping.ts";
export { LambdaCallback } from "./callbacks/lambda-callback.ts";
export { type EpochSchedule, LearningRateScheduler } from "./callbacks/learning-rate-scheduler.ts";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./callbacks/model-checkpoint.ts";
export type { MonitorOptions } from "./callbacks/monitor.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./callbacks/reduce-lr-on-plateau.ts";
export { TerminateOnNaN } from "./callbacks/terminate-on-nan.ts";
export * from "./initializers.ts";
export * from "./layers/index.ts";
export * from "./metrics/classification-report.ts";
export * from "./metrics/confusion.ts";
export * from "./metrics/roc.ts";
export { Model, type ModelOptions, model } from "./model.ts";
export { type OptimizerChoice, type OptimizerName, optimizer } from "./optimizer-names.ts";
export { ImageDataGenerator, type ImageDataGeneratorOptions } from "./preprocessing/image-data-generator.ts";
export {
  l1,
  l1l2,
  l2,
  type Regularizer,
  type RegularizerChoice,
  regularizer,
  type WeightRegularizers,
} from "./regularizers.ts";
export { type LoadModelOptions, loadModel } from "./saving/load.ts";
export { type SaveOptions, saveModel } from "./saving/save.ts";
export * from "./schedules.ts";
export { Sequential, sequential } from "./sequential.ts";
export type { Summary, SummaryRow } from "./summary.ts";
export type { SymbolicTensor } from "./symbolic.ts";
export type {
  ArrayDataset,
  HostData,
  ScaleByName,
  Scales,
  Values,
  ValuesByName,
} from "./training/arrays.ts";
export type { HostBatch } from "./training/batch-generator.ts";
export type { BatchGenerator } from "./training/batch-iterator.ts";
export type { Callback, CallbackState, FitControl, KeptWeights, Progress } from "./training/callbacks.ts";
export { hasCheckpoint, readCheckpoint, saveCheckpoints, writeCheckpoint } from "./training/checkpoint.ts";
export type { CompileOptions } from "./training/compile-options.ts";
export type { DataSource, Subset } from "./training/data.ts";
export { History, type HistoryJson, type Logs } from "./training/history.ts";
export { lossNames } from "./training/loss-names.ts";
export { type MetricName, metricNames, topKCategoricalAccuracy } from "./training/metric-names.ts";
export type { EvaluateOptions, FitOptions, OnBatchOptions, PredictOptions } from "./training/options.ts";
export type { InputTransform } from "./training/sample-source.ts";
export type { ClassWeight, SampleWeight, WeightOptions } from "./training/sample-weights.ts";
export type { TrainingPosition, TrainingSnapshot } from "./training/snapshot.ts";
export {
  formatLoadedWeights,
  type LoadedWeight,
  loadWeights,
  saveWeights,
  type WeightValues,
} from "./weights/model-weights.ts";
export {
  parseSafetensors,
  readSafetensors,
  type SafetensorsEntry,
  type SafetensorsFile,
  type SafetensorsTensor,
  serializeSafetensors,
  writeSafetensors,
} from "./weights/safetensors.ts";
export type { WeightFilter, WeightPattern } from "./weights/weight-filter.ts";
