/** @file Stochastic gradient descent. */
import { kernel } from "../../engine/kernel.ts";
import { checkFlag, checkOption } from "../../engine/options.ts";
import {
  checkOptimizerOptions,
  defineOptimizer,
  type Optimizer,
  type OptimizerOptions,
} from "./optimizer.ts";

const plain = kernel("optimizers/sgd", {
  reads: ["gradients"],
  updates: ["parameters"],
  step: true,
  flops: { parameters: 2 },
});
const withMomentum = kernel("optimizers/momentum", {
  reads: ["gradients"],
  updates: ["parameters", "velocity"],
  step: true,
  flops: { parameters: ({ NESTEROV }) => (NESTEROV ? 6 : 4) },
});

export interface SgdOptions extends OptimizerOptions {
  readonly momentum?: number;
  /** look ahead along the momentum */
  readonly nesterov?: boolean;
}

/** Gradient descent with Keras's momentum. Defaults: learning rate 0.01, no momentum. Throws ArgumentError. */
export function sgd(options: SgdOptions = {}): Optimizer {
  checkOptimizerOptions("sgd", options, { momentum: true, nesterov: true });
  const { learningRate = 0.01, decay = 0, momentum = 0, nesterov = false } = options;
  checkOption("sgd", "momentum", momentum, () => momentum >= 0 && momentum <= 1, "between 0 and 1");
  checkFlag("sgd", "nesterov", nesterov);
  const moving = momentum > 0;
  return defineOptimizer({
    name: "sgd",
    kernel: moving ? withMomentum : plain,
    constants: moving ? { MOMENTUM: momentum, NESTEROV: nesterov } : {},
    slots: moving ? { velocity: 0 } : {},
    config: { momentum, nesterov },
    options: { ...options, learningRate, decay },
    plainDescent: !moving,
  });
}
