/** @file The divergence that t-SNE makes small, its gradient, and a step down. */
import { kernel, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { sum } from "../reduce/reduce.ts";
import type { Affinities } from "./affinities.ts";
import type { Embedding } from "./embedding.ts";

const forcesKernel = kernel("tsne/forces", {
  reads: ["p", "y"],
  writes: ["forces", "mass"],
  flops: { p: 18 },
});
const gradientKernel = kernel("tsne/gradient", {
  reads: ["forces", "mass"],
  writes: ["gradient"],
  flops: { forces: 1, gradient: 4 },
});
const divergenceKernel = kernel("tsne/divergence", {
  reads: ["p", "y", "mass"],
  writes: ["kl"],
  flops: { p: 14 },
});
const moveKernel = kernel("tsne/move-points", {
  reads: ["gradient"],
  updates: ["gains", "velocity", "y"],
  flops: { y: 9 },
});

export interface Slope {
  /** [2, points], 0 in the padding */
  readonly gradient: Tensor;
  /** [], sum over all pairs of 1 / (1 + |y_i - y_j|^2): what makes probabilities of them */
  readonly mass: Tensor;
}

/** Gradient of the divergence at y, with the affinities times `exaggeration`. */
export function divergenceGradient({ count, p }: Affinities, y: Tensor, exaggeration: number): Slope {
  const { engine } = y;
  const points = y.shape[1]!;
  const slices = engine.adapter.software ? 1 : Math.max(1, Math.min(64, Math.ceil(points / 64)));
  return engine.scope(() => {
    const constants = { COUNT: count, POINTS: points, SLICES: slices };
    const shapes = { forces: [slices, 4, points], mass: [slices, points] };
    const felt = run(forcesKernel, { p, y }, shapes, { constants, invocations: (slices * points) / 4 });
    const mass = sum(felt.mass);
    const { gradient } = run(
      gradientKernel,
      { forces: felt.forces, mass },
      { gradient: y.shape },
      { constants: { ...constants, EXAGGERATION: exaggeration }, invocations: points / 2 },
    );
    return { gradient, mass };
  });
}

/** [], the Kullback-Leibler divergence sum of P log(P / q), with the affinities times `exaggeration` for P. */
export function divergence({ count, p }: Affinities, y: Tensor, mass: Tensor, exaggeration: number): Tensor {
  const points = y.shape[1]!;
  return y.engine.scope(() => {
    const constants = { COUNT: count, POINTS: points, EXAGGERATION: exaggeration };
    return sum(
      run(divergenceKernel, { p, y, mass }, { kl: [points] }, { constants, invocations: points / 4 }).kl,
    );
  });
}

export interface StepOptions {
  readonly momentum: number;
  readonly learningRate: number;
}

/** Moves the points down the gradient. */
export function movePoints(
  { y, velocity, gains }: Embedding,
  gradient: Tensor,
  { momentum, learningRate }: StepOptions,
): void {
  const constants = { MOMENTUM: momentum, RATE: learningRate };
  run(moveKernel, { gradient, gains, velocity, y }, {}, { constants, invocations: gradient.size / 4 });
}
