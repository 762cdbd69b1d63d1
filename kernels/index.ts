/** @file The package `wgrad/kernels`: every op, a function from tensors to tensors. An op's folder has its WGSL and its reference. */
export * from "./augment/index.ts";
export * from "./batch-norm/index.ts";
export { type Conv2dOptions, conv2d } from "./conv2d/conv2d.ts";
export { type Conv2dTransposeOptions, conv2dTranspose } from "./conv2d-transpose/conv2d-transpose.ts";
export { type DenseOptions, dense } from "./dense/dense.ts";
export { type MatmulOptions, matmul } from "./dense/matmul.ts";
export { type DepthwiseConv2dOptions, depthwiseConv2d } from "./depthwise-conv2d/depthwise-conv2d.ts";
export * from "./dropout/index.ts";
export * from "./elementwise/index.ts";
export {
  type BatchOptions,
  type GatherOptions,
  GpuDataset,
  gatherLabels,
  gatherSamples,
  type HostDataset,
  type LabelOfSample,
  type NotFinite,
  SampleStore,
  type SampleStoreOptions,
  type StoredValues,
} from "./gather/index.ts";
export * from "./layer-norm/index.ts";
export { LossScale, type LossScaleOptions, type LossScaleState } from "./loss-scale/index.ts";
export * from "./losses/index.ts";
export * from "./metrics/index.ts";
export * from "./neighbors/index.ts";
export * from "./optimizers/index.ts";
export * from "./pad/index.ts";
export * from "./pca/index.ts";
export * from "./pool2d/index.ts";
export * from "./reduce/index.ts";
export type { HostRows, Standardization } from "./rows.ts";
export * from "./shape/index.ts";
export * from "./softmax/index.ts";
export * from "./tsne/index.ts";
export * from "./upsample2d/index.ts";
export type { Padding, Size2d } from "./window.ts";
