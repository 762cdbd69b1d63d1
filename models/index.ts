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
  Minimizer,
  type MinimizerOptions,
  minimizer,
  type NadamOptions,
  nadam,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from "../kernels/optimizers/index.ts";
export type { ActivationChoice, ActivationFunction, ActivationName } from "./activations.ts";
export type { Attribution, AttributionOptions, Explained } from "./attribution/attribute.ts";
export { type GradCam, type GradCamOptions, gradCam } from "./attribution/grad-cam.ts";
export { saliency } from "./attribution/saliency.ts";
export type {
  Callback,
  CallbackState,
  FitControl,
  KeptWeights,
  Progress,
  StepRecord,
} from "./callbacks/callback.ts";
export { CSVLogger, type CSVLoggerOptions } from "./callbacks/csv-logger.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./callbacks/early-stopping.ts";
export { LambdaCallback } from "./callbacks/lambda-callback.ts";
export { type EpochSchedule, LearningRateScheduler } from "./callbacks/learning-rate-scheduler.ts";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./callbacks/model-checkpoint.ts";
export type { MonitorOptions } from "./callbacks/monitor.ts";
export type { Verbose } from "./callbacks/progress-printer.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./callbacks/reduce-lr-on-plateau.ts";
export { StepHistory } from "./callbacks/step-history.ts";
export { TensorBoard, type TensorBoardOptions } from "./callbacks/tensorboard.ts";
export { TerminateOnNaN } from "./callbacks/terminate-on-nan.ts";
export { hasCheckpoint, readCheckpoint, saveCheckpoints, writeCheckpoint } from "./checkpoint/checkpoint.ts";
export type { TrainingPosition, TrainingSnapshot } from "./checkpoint/snapshot.ts";
export type { ArrayData, ArraysByName, ArrayTuple, NestedList } from "./data/arrays.ts";
export type { BatchGenerator, HostBatch } from "./data/batch-iterator.ts";
export type { DataSource, Subset } from "./data/batches.ts";
export type { InputTransform } from "./data/gpu-samples.ts";
export type { ImageSamples, ImageSource } from "./data/image-source.ts";
export type { ClassWeight, WeightOptions } from "./data/sample-weights.ts";
export type {
  ArrayDataset,
  HostData,
  SampleWeight,
  ScaleByName,
  Scales,
  Values,
  ValuesByName,
} from "./data/samples.ts";
export type { StoredDataset } from "./data/stored-samples.ts";
export type { CompileOptions } from "./fit/compile-options.ts";
export { History, type HistoryJson, type Logs } from "./fit/history.ts";
export type { FitOptions, OnBatchOptions } from "./fit/options.ts";
export type { SizedWay, StepMemory, StepWay } from "./fit/step-choice.ts";
export * from "./initializers.ts";
export * from "./layers/index.ts";
export * from "./metrics/classification-report.ts";
export {
  type ConfusedPair,
  type Confusion,
  type ConfusionMatrix,
  confusionCounts,
  largestConfusion,
  mostConfusedPairs,
} from "./metrics/confusion.ts";
export * from "./metrics/roc.ts";
export { Model, type ModelOptions, model } from "./model.ts";
export type { EvaluateOptions, Network, PredictOptions } from "./network.ts";
export {
  AUC,
  type AUCOptions,
  Precision,
  Recall,
  type ThresholdOptions,
} from "./objective/count-metrics.ts";
export type { TensorFunction } from "./objective/functions.ts";
export { lossNames } from "./objective/loss-names.ts";
export * from "./objective/losses.ts";
export {
  type MetricName,
  metricNames,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from "./objective/metric-names.ts";
export type { LossChoice, MetricChoice, MetricList } from "./objective/objective.ts";
export { type OptimizerChoice, type OptimizerName, optimizer } from "./optimizer-names.ts";
export { ImageDataGenerator, type ImageDataGeneratorOptions } from "./preprocessing/image-data-generator.ts";
export { toCategorical } from "./preprocessing/to-categorical.ts";
export {
  type Splittable,
  type TrainTestSplit,
  type TrainTestSplitOptions,
  trainTestSplit,
} from "./preprocessing/train-test-split.ts";
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
export {
  constantRate,
  cosine,
  halving,
  piecewise,
  type Schedule,
  timeDecay,
  warmup,
} from "./schedules.ts";
export { Sequential, sequential } from "./sequential.ts";
export type { Summary, SummaryRow } from "./summary.ts";
export type { SymbolicTensor } from "./symbolic.ts";
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
