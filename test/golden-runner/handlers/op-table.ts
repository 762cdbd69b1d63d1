/** @file Golden ops by name: each row calls the public op with the case's attributes. */
import type { Tensor } from "../../../engine/index.ts";
import { batchNorm } from "../../../kernels/batch-norm/index.ts";
import { conv2d } from "../../../kernels/conv2d/conv2d.ts";
import { conv2dTranspose } from "../../../kernels/conv2d-transpose/conv2d-transpose.ts";
import { dense } from "../../../kernels/dense/dense.ts";
import { matmul } from "../../../kernels/dense/matmul.ts";
import { depthwiseConv2d } from "../../../kernels/depthwise-conv2d/depthwise-conv2d.ts";
import { applyDropoutMask } from "../../../kernels/dropout/index.ts";
import * as elementwise from "../../../kernels/elementwise/index.ts";
import { layerNorm } from "../../../kernels/layer-norm/index.ts";
import { pad, zeroPadding2d } from "../../../kernels/pad/index.ts";
import { avgPool2d, globalAveragePool2d, globalMaxPool2d, maxPool2d } from "../../../kernels/pool2d/index.ts";
import { argMax, max, mean, min, type ReduceOptions, sum, variance } from "../../../kernels/reduce/index.ts";
import { concat, gather, oneHot, reshape, slice, transpose } from "../../../kernels/shape/index.ts";
import { logSoftmax, softmax } from "../../../kernels/softmax/index.ts";
import { upsample2d } from "../../../kernels/upsample2d/index.ts";
import type { Attributes } from "../attributes.ts";
import type { Inputs } from "./differentiate.ts";

/** Outputs by their names in the case; the one that is differentiated is `y`. */
export type Op = (inputs: Inputs, attrs: Attributes) => Readonly<Record<string, Tensor>>;

const unary =
  (op: (x: Tensor) => Tensor): Op =>
  ({ x }) => ({ y: op(x!) });
const binary =
  (op: (a: Tensor, b: Tensor) => Tensor): Op =>
  ({ a, b }) => ({ y: op(a!, b!) });
const reduction =
  (op: (x: Tensor, options: ReduceOptions) => Tensor): Op =>
  ({ x }, attrs) => ({
    y: op(x!, { axes: attrs.numbers("axes"), keepDims: attrs.boolean("keepdims") }),
  });
const sliding = (attrs: Attributes) => ({ strides: attrs.pair("strides"), padding: attrs.padding() });
const dilated = (attrs: Attributes) => ({ ...sliding(attrs), dilation: attrs.pair("dilation") });
const pooling =
  (op: typeof maxPool2d): Op =>
  ({ x }, attrs) => ({
    y: op(x!, { poolSize: attrs.pair("pool_size"), ...sliding(attrs) }),
  });

const windows: Readonly<Record<string, Op>> = {
  conv2d: ({ x, kernel, bias }, attrs) => ({
    y: conv2d(x!, kernel!, { bias, ...dilated(attrs), groups: attrs.number("groups") }),
  }),
  depthwise_conv2d: ({ x, kernel, bias }, attrs) => ({
    y: depthwiseConv2d(x!, kernel!, { bias, ...dilated(attrs) }),
  }),
  conv2d_transpose: ({ x, kernel, bias }, attrs) => ({
    y: conv2dTranspose(x!, kernel!, { bias, ...sliding(attrs) }),
  }),
  max_pool2d: pooling(maxPool2d),
  avg_pool2d: pooling(avgPool2d),
  global_avg_pool2d: unary((x) => globalAveragePool2d(x)),
  global_max_pool2d: unary((x) => globalMaxPool2d(x)),
  upsample2d: ({ x }, attrs) => ({ y: upsample2d(x!, { size: attrs.pair("size") }) }),
  zero_padding2d: ({ x }, attrs) => {
    const [vertical, horizontal] = attrs.pairs("padding");
    return { y: zeroPadding2d(x!, [vertical!, horizontal!]) };
  },
};

/** Rows of the table of unary functions, by names like leaky_relu. */
const unaryRows = Object.fromEntries(
  Object.entries(elementwise.unaryTable as Record<string, elementwise.UnaryRow>).flatMap(
    ([name, { op, parameters = {} }]): [string, Op][] => {
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const values = (attrs: Attributes) => Object.keys(parameters).map((key) => attrs.number(key));
      return op ? [[snake, ({ x }, attrs) => ({ y: op(x!, ...values(attrs)) })]] : [];
    },
  ),
);

const elements: Readonly<Record<string, Op>> = {
  add: binary(elementwise.add),
  sub: binary(elementwise.sub),
  mul: binary(elementwise.mul),
  div: binary(elementwise.div),
  maximum: binary(elementwise.maximum),
  minimum: binary(elementwise.minimum),
  pow_tensor: binary(elementwise.pow),
  ...unaryRows,
  neg: unary(elementwise.neg),
  softmax: ({ x }, attrs) => ({ y: softmax(x!, attrs.number("axis")) }),
  log_softmax: ({ x }, attrs) => ({ y: logSoftmax(x!, attrs.number("axis")) }),
  dropout: ({ x, mask }, attrs) => ({ y: applyDropoutMask(x!, mask!, attrs.number("rate")) }),
};

const reductions: Readonly<Record<string, Op>> = {
  reduce_sum: reduction(sum),
  reduce_mean: reduction(mean),
  reduce_max: reduction(max),
  reduce_min: reduction(min),
  reduce_variance: reduction(variance),
  argmax: ({ x }, attrs) => ({ y: argMax(x!, attrs.number("axis")) }),
};

const shapes: Readonly<Record<string, Op>> = {
  reshape: ({ x }, attrs) => ({ y: reshape(x!, attrs.numbers("shape")) }),
  transpose: ({ x }, attrs) => ({ y: transpose(x!, attrs.numbers("perm")) }),
  concat: (inputs, attrs) => {
    const parts = Array.from({ length: attrs.number("count") }, (_, i) => inputs[`x${i}`]!);
    return { y: concat(parts, attrs.number("axis")) };
  },
  slice: ({ x }, attrs) => ({
    y: slice(x!, attrs.numbers("begin"), attrs.numbers("size"), attrs.numbers("strides")),
  }),
  pad: ({ x }, attrs) => ({ y: pad(x!, attrs.pairs("paddings"), attrs.number("value")) }),
  gather: ({ x, indices }, attrs) => ({ y: gather(x!, indices!, attrs.number("axis")) }),
  one_hot: ({ indices }, attrs) => ({ y: oneHot(indices!, attrs.number("depth")) }),
};

/** The moving statistics change in place: after the op they are the new ones. */
const norm =
  (training: boolean): Op =>
  ({ x, gamma, beta, moving_mean, moving_variance }, attrs) => {
    const state = { gamma: gamma!, beta: beta!, movingMean: moving_mean!, movingVariance: moving_variance! };
    const epsilon = attrs.number("epsilon");
    if (!training) return { y: batchNorm(x!, state, { training, epsilon }) };
    const momentum = attrs.number("momentum");
    const y = batchNorm(x!, state, { training, epsilon, momentum, movingVarianceRule: "biased" });
    return { y, moving_mean_new: state.movingMean, moving_variance_new: state.movingVariance };
  };

const layers: Readonly<Record<string, Op>> = {
  dense: ({ x, kernel, bias }) => ({ y: dense(x!, kernel!, { bias }) }),
  matmul: ({ a, b }, attrs) => ({
    y: matmul(a!, b!, { transposeA: attrs.boolean("transpose_a"), transposeB: attrs.boolean("transpose_b") }),
  }),
  batch_norm_train: norm(true),
  batch_norm_infer: norm(false),
  layer_norm: ({ x, gamma, beta }, attrs) => ({
    y: layerNorm(x!, gamma!, beta!, { epsilon: attrs.number("epsilon") }),
  }),
};

export const ops: Readonly<Record<string, Op>> = {
  ...windows,
  ...elements,
  ...reductions,
  ...shapes,
  ...layers,
};
