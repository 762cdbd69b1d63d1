/** @file All layers: a class and a function by Keras's name each. What is exported here can be saved and loaded. */
export { Activation, ActivationLayer } from "./activation.ts";
export { AveragePooling2D, AveragePooling2DLayer } from "./average-pooling2d.ts";
export {
  BatchNormalization,
  BatchNormalizationLayer,
  type BatchNormalizationOptions,
} from "./batch-normalization.ts";
export { Concatenate, ConcatenateLayer, type ConcatenateOptions } from "./concatenate.ts";
export type { LayerConfig } from "./config.ts";
export { Conv2D, Conv2DLayer, type Conv2DOptions } from "./conv2d.ts";
export { Conv2DTranspose, Conv2DTransposeLayer, type Conv2DTransposeOptions } from "./conv2d-transpose.ts";
export { Cropping2D, Cropping2DLayer } from "./cropping2d.ts";
export { Dense, DenseLayer, type DenseLayerOptions } from "./dense.ts";
export { DenseTranspose, DenseTransposeLayer, type DenseTransposeOptions } from "./dense-transpose.ts";
export { DepthwiseConv2D, DepthwiseConv2DLayer, type DepthwiseConv2DOptions } from "./depthwise-conv2d.ts";
export { Dropout, DropoutLayer } from "./dropout.ts";
export { Flatten, FlattenLayer } from "./flatten.ts";
export { GaussianNoise, GaussianNoiseLayer } from "./gaussian-noise.ts";
export {
  GlobalAveragePooling2D,
  GlobalAveragePooling2DLayer,
  GlobalMaxPooling2D,
  GlobalMaxPooling2DLayer,
} from "./global-pooling2d.ts";
export {
  GroupNormalization,
  GroupNormalizationLayer,
  type GroupNormalizationOptions,
} from "./group-normalization.ts";
export { Input, InputLayer, input } from "./input.ts";
export { Lambda, type LambdaFunction, LambdaLayer, type LambdaOptions } from "./lambda.ts";
export { type CallContext, Layer, type LayerClass, type LayerOptions } from "./layer.ts";
export { LayerNormalization, LayerNormalizationLayer } from "./layer-normalization.ts";
export {
  LeakyReLU,
  LeakyReLULayer,
  type LeakyReLUOptions,
  PReLU,
  PReLULayer,
  type PReLUOptions,
} from "./leaky-relu.ts";
export { MaxPooling2D, MaxPooling2DLayer } from "./max-pooling2d.ts";
export {
  Add,
  AddLayer,
  Average,
  AverageLayer,
  Maximum,
  MaximumLayer,
  Minimum,
  MinimumLayer,
  Multiply,
  MultiplyLayer,
  Subtract,
  SubtractLayer,
} from "./merge.ts";
export { Permute, PermuteLayer } from "./permute.ts";
export type { PoolingOptions } from "./pooling2d.ts";
export { ReLU, ReLULayer, type ReLUOptions } from "./relu.ts";
export { RepeatVector, RepeatVectorLayer } from "./repeat-vector.ts";
export { Rescaling, RescalingLayer, type RescalingOptions } from "./rescaling.ts";
export { Reshape, ReshapeLayer } from "./reshape.ts";
export { SeparableConv2D, SeparableConv2DLayer, type SeparableConv2DOptions } from "./separable-conv2d.ts";
export { Softmax, SoftmaxLayer, type SoftmaxOptions } from "./softmax.ts";
export { SpatialDropout2D, SpatialDropout2DLayer } from "./spatial-dropout2d.ts";
export { UpSampling2D, UpSampling2DLayer } from "./up-sampling2d.ts";
export { ZeroPadding2D, ZeroPadding2DLayer } from "./zero-padding2d.ts";
