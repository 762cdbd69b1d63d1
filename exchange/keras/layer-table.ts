/** @file Which settings of Keras's layers this house has, by Keras's names, and what the others must be. */

/** How a class of Keras is one of this house. */
export interface LayerRow {
  /** settings that both have; the names here are Keras's */
  readonly settings: readonly string[];
  /** older names of settings */
  readonly aliases?: Readonly<Record<string, string>>;
  /** settings that this house does not have, and the values that change nothing */
  readonly fixed?: Readonly<Record<string, readonly unknown[]>>;
  /** number of axes after the batch, for classes where it is one */
  readonly rank?: number;
}

const images = { data_format: [null, "channels_last"] };
const noConstraints = { kernel_constraint: [null], bias_constraint: [null] };
const bias = ["use_bias", "bias_initializer", "bias_regularizer", "activation"];
const kernel = ["kernel_initializer", "kernel_regularizer"];
const sliding = ["kernel_size", "strides", "padding", "dilation_rate"];
const pooling: LayerRow = { settings: ["pool_size", "strides", "padding"], fixed: images };
const globalPooling: LayerRow = { settings: [], fixed: { ...images, keepdims: [false] } };
const dropping = { noise_shape: [null] };
const plain: LayerRow = { settings: [] };

export const layerTable: Readonly<Record<string, LayerRow>> = {
  InputLayer: plain,
  Activation: { settings: ["activation"] },
  Add: plain,
  Average: plain,
  AveragePooling2D: pooling,
  BatchNormalization: {
    settings: ["momentum", "epsilon", "center", "scale"],
    fixed: {
      beta_regularizer: [null],
      gamma_regularizer: [null],
      beta_constraint: [null],
      gamma_constraint: [null],
      renorm: [false],
      virtual_batch_size: [null],
    },
  },
  Concatenate: { settings: ["axis"] },
  Conv2D: {
    settings: ["filters", ...sliding, "groups", ...kernel, ...bias],
    fixed: { ...images, ...noConstraints },
  },
  Conv2DTranspose: {
    settings: ["filters", ...sliding, ...kernel, ...bias],
    fixed: { ...images, ...noConstraints, output_padding: [null] },
  },
  Cropping2D: { settings: ["cropping"], fixed: images },
  Dense: {
    settings: ["units", ...kernel, ...bias],
    fixed: { ...noConstraints, quantization_config: [null], lora_rank: [null] },
  },
  DepthwiseConv2D: {
    settings: [...sliding, "depth_multiplier", "depthwise_initializer", "depthwise_regularizer", ...bias],
    fixed: { ...images, depthwise_constraint: [null], bias_constraint: [null], groups: [1] },
  },
  Dropout: { settings: ["rate"], fixed: dropping },
  Flatten: { settings: [], fixed: images },
  GaussianNoise: { settings: ["stddev"] },
  GlobalAveragePooling2D: globalPooling,
  GlobalMaxPooling2D: globalPooling,
  GroupNormalization: {
    settings: [
      "groups",
      "epsilon",
      "center",
      "scale",
      "beta_initializer",
      "gamma_initializer",
      "beta_regularizer",
      "gamma_regularizer",
    ],
    fixed: { beta_constraint: [null], gamma_constraint: [null] },
  },
  LayerNormalization: {
    settings: ["epsilon"],
    fixed: {
      center: [true],
      scale: [true],
      rms_scaling: [false],
      beta_regularizer: [null],
      gamma_regularizer: [null],
      beta_constraint: [null],
      gamma_constraint: [null],
    },
  },
  LeakyReLU: { settings: ["negative_slope"], aliases: { alpha: "negative_slope" } },
  MaxPooling2D: pooling,
  Maximum: plain,
  Minimum: plain,
  Multiply: plain,
  PReLU: {
    settings: ["alpha_initializer", "alpha_regularizer", "shared_axes"],
    fixed: { alpha_constraint: [null] },
  },
  Permute: { settings: ["dims"] },
  ReLU: { settings: ["max_value", "negative_slope", "threshold"] },
  RepeatVector: { settings: ["n"] },
  Rescaling: { settings: ["scale", "offset"] },
  Reshape: { settings: ["target_shape"] },
  SeparableConv2D: {
    settings: [
      "filters",
      ...sliding,
      "depth_multiplier",
      "depthwise_initializer",
      "pointwise_initializer",
      "depthwise_regularizer",
      "pointwise_regularizer",
      ...bias,
    ],
    fixed: {
      ...images,
      depthwise_constraint: [null],
      pointwise_constraint: [null],
      bias_constraint: [null],
      groups: [1],
    },
  },
  Softmax: { settings: ["axis"] },
  SpatialDropout2D: { settings: ["rate"], fixed: { ...images, ...dropping } },
  Subtract: plain,
  UpSampling2D: { settings: ["size"], fixed: { ...images, interpolation: ["nearest"] } },
  ZeroPadding2D: { settings: ["padding"], fixed: images },
};
