/** @file RMSprop. */
import { kernel } from "../../engine/kernel.ts";
import { checkOption } from "../../engine/options.ts";
import {
  checkOptimizerOptions,
  defineOptimizer,
  type Optimizer,
  type OptimizerOptions,
} from "./optimizer.ts";

const update = kernel("optimizers/rmsprop", {
  reads: ["gradients"],
  updates: ["parameters", "accumulator"],
  step: true,
  flops: { parameters: 9 },
});

export interface RmspropOptions extends OptimizerOptions {
  /** share of the past in the running mean of squares */
  readonly rho?: number;
  /** added to the root; Keras 1 to 2.1.2 had 1e-8 */
  readonly epsilon?: number;
}

/** Steps divided by a running root mean square. Defaults: learning rate 0.001, rho 0.9, epsilon 1e-7. */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  checkOptimizerOptions("rmsprop", options, { rho: true, epsilon: true });
  const { learningRate = 0.001, decay = 0, rho = 0.9, epsilon = 1e-7 } = options;
  checkOption("rmsprop", "rho", rho, () => rho >= 0 && rho < 1, "0 or more and less than 1");
  checkOption("rmsprop", "epsilon", epsilon, () => epsilon > 0, "positive");
  return defineOptimizer({
    name: "rmsprop",
    kernel: update,
    constants: { RHO: rho, ONE_MINUS_RHO: 1 - rho, EPSILON: epsilon },
    slots: { accumulator: 0 },
    config: { rho, epsilon },
    options: { ...options, learningRate, decay },
  });
}
