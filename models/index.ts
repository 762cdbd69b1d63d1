/** @file The public face of the models: layers and functions by Keras's names. */

export {
  type AdadeltaOptions,
  type AdagradOptions,
  type AdamOptions,
  type AdamwOptions,
  adadelta,
  adagrad,
  adam,
  adamw,
  Minimizer,
  type MinimizerOptions,
  minimizer,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from "../kernels/optimizers/index.ts";
export type { ActivationChoice, ActivationFunction, ActivationName } from "./activations.ts";
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
export type { CompileOptions } from "./fit/compile-options.ts";
export { History, type HistoryJson, type Logs } from "./fit/history.ts";
export type { FitOptions, OnBatchOptions } from "./fit/options.ts";
export * from "./initializers.ts";
export { Activation } from "./layers/activation.ts";
export { Add } from "./layers/add.ts";
export { AveragePooling2D } from "./layers/average-pooling2d.ts";
export { BatchNormalization, type BatchNormalizationOptions } from "./layers/batch-normalization.ts";
export { Concatenate, type ConcatenateOptions } from "./layers/concatenate.ts";
export { Conv2D, type Conv2DOptions } from "./layers/conv2d.ts";
export { Conv2DTranspose, type Conv2DTransposeOptions } from "./layers/conv2d-transpose.ts";
export { Cropping2D } from "./layers/cropping2d.ts";
export { Dense, type DenseLayerOptions } from "./layers/dense.ts";
export { DenseTranspose, type DenseTransposeOptions } from "./layers/dense-transpose.ts";
export { DepthwiseConv2D, type DepthwiseConv2DOptions } from "./layers/depthwise-conv2d.ts";
export { Dropout } from "./layers/dropout.ts";
export { Flatten } from "./layers/flatten.ts";
export { GaussianNoise } from "./layers/gaussian-noise.ts";
export { GlobalAveragePooling2D, GlobalMaxPooling2D } from "./layers/global-pooling2d.ts";
export { Input, input } from "./layers/input.ts";
export { type CallContext, Layer, type LayerOptions } from "./layers/layer.ts";
export { LayerNormalization } from "./layers/layer-normalization.ts";
export { MaxPooling2D } from "./layers/max-pooling2d.ts";
export type { PoolingOptions } from "./layers/pooling2d.ts";
export { Reshape } from "./layers/reshape.ts";
export { UpSampling2D } from "./layers/up-sampling2d.ts";
export { ZeroPadding2D } from "./layers/zero-padding2d.ts";
export * from "./metrics/classification-report.ts";
export * from "./metrics/confusion.ts";
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
export { type MetricName, metricNames, topKCategoricalAccuracy } from "./objective/metric-names.ts";
export type { LossChoice, MetricChoice, MetricList } from "./objective/objective.ts";
export { ImageDataGenerator, type ImageDataGeneratorOptions } from "./preprocessing/image-data-generator.ts";
export { toCategorical } from "./preprocessing/to-categorical.ts";
export {
  type Splittable,
  type TrainTestSplit,
  type TrainTestSplitOptions,
  trainTestSplit,
} from "./preprocessing/train-test-split.ts";
export { l1, l1l2, l2, type Regularizer, type WeightRegularizers } from "./regularizers.ts";
export * from "./schedules.ts";
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
