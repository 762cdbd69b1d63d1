/** @file Adam and AdamW. */
import { kernel } from "../../engine/kernel.ts";
import { checkOption } from "../../engine/options.ts";
import {
  checkOptimizerOptions,
  defineOptimizer,
  type Optimizer,
  type OptimizerOptions,
} from "./optimizer.ts";

const update = kernel("optimizers/adam", {
  reads: ["gradients"],
  updates: ["parameters", "first", "second"],
  step: true,
  flops: { parameters: ({ WEIGHT_DECAY }) => (WEIGHT_DECAY ? 14 : 12) },
});

export interface AdamOptions extends OptimizerOptions {
  /** share of the past in the running mean */
  readonly beta1?: number;
  /** share of the past in the running mean of squares */
  readonly beta2?: number;
  /** added to the root, not bias-corrected; Keras 1 to 2.1.2 had 1e-8 */
  readonly epsilon?: number;
}

export interface AdamwOptions extends AdamOptions {
  /** times the learning rate, the share of each parameter that a step takes away */
  readonly weightDecay?: number;
}

const ownOptions = { beta1: true, beta2: true, epsilon: true } as const;

/** Adam by Keras's formula. Defaults: learning rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7. */
export function adam(options: AdamOptions = {}): Optimizer {
  checkOptimizerOptions("adam", options, ownOptions);
  return define("adam", options, 0, {});
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019), 0.004 unless given, on every parameter. */
export function adamw(options: AdamwOptions = {}): Optimizer {
  checkOptimizerOptions("adamw", options, { ...ownOptions, weightDecay: true });
  const { weightDecay = 0.004 } = options;
  checkOption("adamw", "weightDecay", weightDecay, () => weightDecay >= 0, "0 or more");
  return define("adamw", options, weightDecay, { weightDecay });
}

function define(
  name: string,
  options: AdamOptions,
  weightDecay: number,
  extra: Readonly<Record<string, number>>,
): Optimizer {
  const { learningRate = 0.001, decay = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  checkOption(name, "beta1", beta1, () => beta1 >= 0 && beta1 < 1, "0 or more and less than 1");
  checkOption(name, "beta2", beta2, () => beta2 >= 0 && beta2 < 1, "0 or more and less than 1");
  checkOption(name, "epsilon", epsilon, () => epsilon > 0, "positive");
  return defineOptimizer({
    name,
    kernel: update,
    constants: {
      BETA1: beta1,
      BETA2: beta2,
      ONE_MINUS_BETA1: 1 - beta1,
      ONE_MINUS_BETA2: 1 - beta2,
      LOG_BETA1: logarithm(beta1),
      LOG_BETA2: logarithm(beta2),
      EPSILON: epsilon,
      WEIGHT_DECAY: weightDecay,
    },
    slots: { first: 0, second: 0 },
    config: { beta1, beta2, epsilon, ...extra },
    options: { ...options, learningRate, decay },
  });
}

/** ln(beta); exp(-100) is 0 in float32, so that stands for the logarithm of 0. */
function logarithm(beta: number): number {
  return Math.max(Math.log(beta), -100);
}
