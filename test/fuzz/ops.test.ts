/** @file Fuzzes every op. */
import { describe, it } from "vitest";
import type { DType, Tensor } from "../../engine/tensor.ts";
import { batchNorm } from "../../kernels/batch-norm/index.ts";
import { conv2d } from "../../kernels/conv2d/conv2d.ts";
import { conv2dTranspose } from "../../kernels/conv2d-transpose/conv2d-transpose.ts";
import { dense } from "../../kernels/dense/dense.ts";
import { matmul } from "../../kernels/dense/matmul.ts";
import { depthwiseConv2d } from "../../kernels/depthwise-conv2d/depthwise-conv2d.ts";
import { applyDropoutMask, dropout, gaussianNoise } from "../../kernels/dropout/index.ts";
import {
  activationGradient,
  add,
  addScalar,
  broadcastShape,
  div,
  gelu,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  scale,
  sub,
  type UnaryRow,
  unaryTable,
} from "../../kernels/elementwise/index.ts";
import { layerNorm } from "../../kernels/layer-norm/index.ts";
import {
  categoricalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  huber,
  l1l2Penalty,
  pointwiseTable,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
} from "../../kernels/losses/index.ts";
import {
  absoluteError,
  addThresholdCounts,
  binaryAccuracy,
  categoricalAccuracy,
  confusionUpdate,
  logRow,
  logThresholdWeights,
  roundedAccuracy,
  sparseCategoricalAccuracy,
  squaredError,
  topKAccuracy,
} from "../../kernels/metrics/index.ts";
import { cropping2d, pad, zeroPadding2d } from "../../kernels/pad/index.ts";
import { avgPool2d, globalAveragePool2d, globalMaxPool2d, maxPool2d } from "../../kernels/pool2d/index.ts";
import { argMax, columnSum, max, mean, min, sum, variance } from "../../kernels/reduce/index.ts";
import { concat, flatten, gather, oneHot, reshape, slice, transpose } from "../../kernels/shape/index.ts";
import { logSoftmax, softmax } from "../../kernels/softmax/index.ts";
import { thresholdRelu } from "../../kernels/threshold-relu/threshold-relu.ts";
import { upsample2d } from "../../kernels/upsample2d/index.ts";
import { attack, type Target } from "./attack.ts";
import type { Surroundings } from "./junk.ts";
import { useSurroundings } from "./surroundings.ts";

type Make = (shape: number[], dtype?: DType) => Tensor;
type Call = Target["call"];

/** A target whose arguments need tensors. */
function op(name: string, call: Call, args: (make: Make) => readonly unknown[], says?: RegExp): Target {
  const sound = ({ engine }: Surroundings) => args((shape, dtype) => engine.zeros(shape, dtype));
  return says ? { name, call, sound, says } : { name, call, sound };
}

/** Targets that take the same arguments, by name. */
function all(calls: Readonly<Record<string, Call>>, args: (make: Make) => readonly unknown[]): Target[] {
  return Object.entries(calls).map(([name, call]) => op(name, call, args));
}

const matrix = (make: Make) => [make([2, 3])];
const pair = (make: Make) => [make([2, 3]), make([2, 3])];
const image = [1, 4, 5, 3];

/** Rows of the table that are ops. An approximate gelu is gelu with an option. */
const unaryOps = Object.entries(unaryTable as Record<string, UnaryRow>).flatMap(([name, row]) => {
  const { op: call, parameters = {} } = row;
  const called = name === "geluApproximate" ? /gelu/ : undefined;
  const args = (make: Make) => [make([2, 3]), ...Object.values(parameters)];
  return call ? [op(name, call as Call, args, called)] : [];
});

const elementwiseOps: readonly Target[] = [
  ...unaryOps,
  ...all({ neg }, matrix),
  ...all({ add, sub, mul, div, maximum, minimum, pow }, pair),
  op("gelu", gelu, (make) => [make([2, 3]), { approximate: true }]),
  op("scale", scale, (make) => [make([2, 3]), 2]),
  op("addScalar", addScalar, (make) => [make([2, 3]), 2]),
  op("pow", pow, (make) => [make([2, 3]), 2]),
  op("activationGradient", activationGradient, (make) => [...pair(make), "relu"]),
  op(
    "broadcastShape",
    (a, b) => broadcastShape("broadcastShape", a, b),
    () => [[2, 3], [3]],
  ),
];

const layerOps: readonly Target[] = [
  op("conv2d", conv2d, (make) => [
    make(image),
    make([2, 3, 3, 4]),
    { strides: [1, 2], padding: "same", dilation: 1, groups: 1, bias: make([4]), activation: "relu" },
  ]),
  op("conv2dTranspose", conv2dTranspose, (make) => [
    make(image),
    make([2, 3, 4, 3]),
    { strides: [1, 2], padding: "same", dilation: 1, bias: make([4]), activation: "relu" },
  ]),
  op("depthwiseConv2d", depthwiseConv2d, (make) => [
    make(image),
    make([2, 2, 3, 2]),
    { strides: 1, padding: "valid", dilation: [1, 2], bias: make([6]), activation: "tanh" },
  ]),
  op("dense", dense, (make) => [
    make([2, 3]),
    make([3, 4]),
    { bias: make([4]), activation: "relu", transposeKernel: false },
  ]),
  op("matmul", matmul, (make) => [make([2, 3]), make([3, 4]), { transposeA: false, transposeB: false }]),
  ...all({ maxPool2d, avgPool2d }, (make) => [
    make(image),
    { poolSize: 2, strides: [1, 2], padding: "same" },
  ]),
  ...all({ globalAveragePool2d, globalMaxPool2d }, (make) => [make(image), { keepDims: true }]),
  op("thresholdRelu", thresholdRelu, (make) => [
    make(image),
    { maxValue: 6, negativeSlope: 0.1, threshold: 1 },
  ]),
  op("upsample2d", upsample2d, (make) => [make(image), { size: [2, 1] }]),
  op("softmax", softmax, (make) => [make([2, 3]), -1]),
  op("logSoftmax", logSoftmax, (make) => [make([2, 3]), 0]),
  op("batchNorm", batchNorm, (make) => [
    make([2, 3]),
    { gamma: make([3]), beta: make([3]), movingMean: make([3]), movingVariance: make([3]) },
    { training: true, momentum: 0.9, epsilon: 1e-3, movingVarianceRule: "biased" },
  ]),
  op("layerNorm", layerNorm, (make) => [make([2, 3]), make([3]), make([3]), { epsilon: 1e-3 }]),
  op("dropout", dropout, (make) => [make([2, 3]), { rate: 0.5, stream: 3 }]),
  op("applyDropoutMask", applyDropoutMask, (make) => [...pair(make), 0.5]),
  op("gaussianNoise", gaussianNoise, (make) => [make([2, 3]), { stddev: 1, stream: 3 }]),
];

const shapeOps: readonly Target[] = [
  op("pad", pad, (make) => [
    make([2, 3]),
    [
      [0, 1],
      [2, 0],
    ],
    1.5,
  ]),
  op("zeroPadding2d", zeroPadding2d, (make) => [
    make(image),
    [
      [0, 1],
      [2, 0],
    ],
  ]),
  op(
    "cropping2d",
    cropping2d,
    (make) => [
      make(image),
      [
        [0, 1],
        [2, 0],
      ],
    ],
    /cropping2d|slice/,
  ),
  ...all({ sum, mean, max, min, variance }, (make) => [make([2, 3, 4]), { axes: [0, 2], keepDims: true }]),
  op("argMax", argMax, (make) => [make([2, 3]), 1]),
  op("columnSum", columnSum, matrix),
  op("concat", concat, (make) => [pair(make), 1]),
  op("gather", gather, (make) => [make([2, 3]), make([4], "u32"), 0]),
  op("oneHot", oneHot, (make) => [make([3], "u32"), 4]),
  op("reshape", reshape, (make) => [make([2, 3]), [3, -1]]),
  op("flatten", flatten, matrix),
  op("slice", slice, (make) => [make([4, 3]), [1, 0], [2, -1], [1, 2]]),
  op("transpose", transpose, (make) => [make([2, 3]), [1, 0]]),
];

const lossOptions = (make: Make) => ({ weights: make([2]), divisor: 2, perSample: make([2]) });
const floatLosses = {
  ...Object.fromEntries(Object.entries(pointwiseTable).map(([name, { op: loss }]) => [name, loss as Call])),
  categoricalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  softmaxCrossEntropy,
};
const floatMetrics = {
  absoluteError,
  squaredError,
  binaryAccuracy,
  roundedAccuracy,
  categoricalAccuracy,
};
const objectiveOps: readonly Target[] = [
  ...all(floatLosses, (make) => [...pair(make), lossOptions(make)]),
  op("sparseCategoricalCrossentropy", sparseCategoricalCrossentropy, (make) => [
    make([2, 3]),
    make([2], "u32"),
    lossOptions(make),
  ]),
  op("huber with a delta", huber, (make) => [...pair(make), { ...lossOptions(make), delta: 2 }], /huber/),
  op("l1l2Penalty", l1l2Penalty, (make) => [make([2, 3]), { l1: 0.1, l2: 0.2 }]),
  ...all(floatMetrics, pair),
  op("sparseCategoricalAccuracy", sparseCategoricalAccuracy, (make) => [make([2, 3]), make([2], "u32")]),
  op("topKAccuracy", topKAccuracy, (make) => [make([2, 3]), make([2], "u32"), 2]),
  op("confusionUpdate", confusionUpdate, (make) => [make([3, 3], "u32"), make([2, 3]), make([2], "u32")]),
  op(
    "addThresholdCounts of edges",
    addThresholdCounts,
    (make) => [make([10], "u32"), ...pair(make), { thresholds: { edges: make([1]) }, first: 1, classId: 2 }],
    /addThresholdCounts/,
  ),
  op(
    "addThresholdCounts of bins",
    addThresholdCounts,
    (make) => [make([10], "u32"), ...pair(make), { thresholds: { bins: 4 }, first: 1, classId: 2 }],
    /addThresholdCounts/,
  ),
  op(
    "logThresholdWeights",
    logThresholdWeights,
    (make) => [
      make([2, 8]),
      ...pair(make),
      { thresholds: { edges: make([1]) }, column: 3, classId: 2, weights: make([2]) },
    ],
    /logThresholdWeights/,
  ),
  op("logRow", logRow, (make) => [
    make([4, 3]),
    { loss: make([]), divisor: 2, samples: 2, metrics: [make([2])] },
  ]),
];

describe.each([
  { family: "elementwise ops", targets: elementwiseOps },
  { family: "ops of layers", targets: layerOps },
  { family: "shape ops and reductions", targets: shapeOps },
  { family: "losses and metrics", targets: objectiveOps },
])("$family", ({ targets }) => {
  const surroundings = useSurroundings();

  it.each(targets)("$name says what is wrong", async (target) => {
    await attack(target, surroundings());
  });
});
