/** @file The kernels of batch and layer normalisation. */
import type { Tensor } from "../../../engine/tensor.ts";
import {
  batchNormGradientReference,
  batchNormReference,
  batchStatisticsReference,
} from "../../../kernels/batch-norm/batch-norm.reference.ts";
import { batchNorm } from "../../../kernels/batch-norm/index.ts";
import { layerNorm } from "../../../kernels/layer-norm/index.ts";
import {
  layerNormGradientReference,
  layerNormReference,
} from "../../../kernels/layer-norm/layer-norm.reference.ts";
import {
  type Comparison,
  filled,
  type KernelProperty,
  opCase,
  type PropertyCase,
  sized,
} from "../property.ts";
import { type Choices, randomArray } from "../random.ts";
import { timedGradient } from "../timed-op.ts";

const epsilon = 1e-3;
const momentum = 0.75;

/** In inference, by the moving statistics. */
function drawInference(choices: Choices): PropertyCase {
  const shape = [choices.of([1, 7, 30]), choices.of([1, 3, 4, 5, 8])];
  const channels = [shape[1]!];
  const seed = choices.seed();
  const mean = randomArray(channels, seed + 1);
  const variance = randomArray(channels, seed + 2, 0.1, 2);
  const scale = 2 / Math.sqrt(Math.min(...variance.data) + epsilon) + 1;
  const summed = { scale, terms: shape[0]! };
  return opCase({
    label: `x [${shape}], in inference`,
    op: (x, gamma, beta) => {
      const movingMean = x!.engine.tensor(mean.data, channels);
      const movingVariance = x!.engine.tensor(variance.data, channels);
      return batchNorm(x!, { gamma: gamma!, beta: beta!, movingMean, movingVariance }, { training: false });
    },
    forward: (x, gamma, beta) => batchNormReference(x!, gamma!, beta!, { mean, variance }, epsilon),
    gradient: (dy, x, gamma) => batchNormGradientReference(dy, x!, gamma!, epsilon, { mean, variance }),
    inputs: [randomArray(shape, seed), randomArray(channels, seed + 3), randomArray(channels, seed + 4)],
    tolerance: { forward: { scale }, gradients: [{ scale: scale * scale }, summed, summed] },
  });
}

/** In training: y, the gradients, and what becomes of the moving statistics. */
function drawBatchNorm(choices: Choices): PropertyCase {
  const channels = choices.of([1, 2, 3, 4, 5, 8, 17]);
  const rows = choices.of([2, 7, 30, 401]);
  const shape = [rows, channels];
  const seed = choices.seed();
  const x = randomArray(shape, seed);
  const moving = {
    mean: randomArray([channels], seed + 1),
    variance: randomArray([channels], seed + 2, 0.1, 2),
  };
  const statistics = batchStatisticsReference(x);
  // rounding errors of x (at most 2 off its mean) and of the sums grow by 1 / deviation
  const scale = 2 / Math.sqrt(Math.min(...statistics.variance.data) + epsilon) + 1;
  const summed = { scale, terms: rows };
  const states: { mean: Tensor; variance: Tensor }[] = [];
  const { label, run } = opCase({
    label: `x [${shape}], in training`,
    op: (input, gamma, beta) => {
      const { engine } = input!;
      const mean = engine.keep(engine.tensor(moving.mean.data, [channels]));
      const variance = engine.keep(engine.tensor(moving.variance.data, [channels]));
      states.push({ mean, variance });
      const state = { gamma: gamma!, beta: beta!, movingMean: mean, movingVariance: variance };
      return batchNorm(input!, state, { training: true, momentum });
    },
    forward: (a, gamma, beta) => batchNormReference(a!, gamma!, beta!, batchStatisticsReference(a!), epsilon),
    gradient: (dy, a, gamma) => batchNormGradientReference(dy, a!, gamma!, epsilon),
    inputs: [x, randomArray([channels], seed + 3), randomArray([channels], seed + 4)],
    tolerance: { forward: { scale }, gradients: [{ scale: scale * scale }, summed, summed] },
  });
  const moved = (before: Float64Array, batch: Float64Array, factor: number) =>
    before.map((value, c) => momentum * value + (1 - momentum) * factor * batch[c]!);
  return {
    label,
    run: async (engine) => {
      const compared: Comparison[] = [...(await run(engine))];
      const { mean, variance } = states.pop()!;
      const tolerance = { scale: 2, terms: rows };
      const unbiased = rows > 1 ? rows / (rows - 1) : 1;
      const means = moved(moving.mean.data, statistics.mean.data, 1);
      const variances = moved(moving.variance.data, statistics.variance.data, unbiased);
      for (const [what, tensor, expected] of [
        ["moving mean", mean, means],
        ["moving variance", variance, variances],
      ] as const)
        compared.push({ what, shape: [channels], actual: await tensor.data(), expected, tolerance });
      mean.dispose();
      variance.dispose();
      return compared;
    },
  };
}

function drawLayerNorm(choices: Choices): PropertyCase {
  const shape = [choices.of([1, 2, 7, 301]), choices.integer(1, 5), choices.of([1, 3, 4, 5, 8, 17, 100])];
  const features = shape[2]!;
  const seed = choices.seed();
  // rows of few features may have hardly any variance: errors grow by up to 1 / sqrt(epsilon) = 32
  const scale = features < 8 ? 64 : 4;
  const summed = { scale, terms: shape[0]! * shape[1]! };
  return opCase({
    label: `x [${shape}]`,
    op: (x, gamma, beta) => layerNorm(x!, gamma!, beta!),
    forward: (x, gamma, beta) => layerNormReference(x!, gamma!, beta!, epsilon),
    gradient: (dy, x, gamma) => layerNormGradientReference(dy, x!, gamma!, epsilon),
    inputs: [randomArray(shape, seed), randomArray([features], seed + 1), randomArray([features], seed + 2)],
    tolerance: { forward: { scale }, gradients: [{ scale: scale * 8 }, summed, summed] },
  });
}

function batchNormProperty(name: string, does: string): KernelProperty {
  return {
    kernel: `batch-norm/${name}`,
    op: `batch normalisation: ${does}`,
    draw: (choices, _, number) => (number % 4 === 3 ? drawInference : drawBatchNorm)(choices),
    prepare: (engine) => {
      const shape = sized(engine, [65536, 64], [4096, 32]);
      const [x, ...state] = [shape, ...new Array(4).fill([shape[1]!])].map((s, i) => filled(engine, s, i));
      const [gamma, beta, movingMean, movingVariance] = state as [Tensor, Tensor, Tensor, Tensor];
      const states = { gamma, beta, movingMean, movingVariance };
      const op = () => batchNorm(x!, states, { training: true });
      return { problem: `[${shape}]`, run: timedGradient(op, [x!, gamma, beta]) };
    },
  };
}

function layerNormProperty(name: string, does: string): KernelProperty {
  return {
    kernel: `layer-norm/${name}`,
    op: `layer normalisation: ${does}`,
    draw: drawLayerNorm,
    prepare: (engine) => {
      const shape = sized(engine, [65536, 64], [4096, 32]);
      const [x, gamma, beta] = [shape, [shape[1]!], [shape[1]!]].map((s, i) => filled(engine, s, i)) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      return { problem: `[${shape}]`, run: timedGradient(() => layerNorm(x, gamma, beta), [x, gamma, beta]) };
    },
  };
}

export const normalizationProperties: readonly KernelProperty[] = [
  batchNormProperty("moments", "partial statistics"),
  batchNormProperty("merge-moments", "the batch's statistics"),
  batchNormProperty("normalize", "y"),
  batchNormProperty("backward-sums", "partial sums of gradients"),
  batchNormProperty("merge-sums", "gradients of gamma and beta"),
  batchNormProperty("backward", "the gradient of x"),
  layerNormProperty("row-moments", "statistics of rows"),
  layerNormProperty("normalize", "y"),
  layerNormProperty("row-sums", "sums of gradients along rows"),
  layerNormProperty("parameter-sums", "gradients of gamma and beta"),
  layerNormProperty("backward", "the gradient of x"),
];
