/** @file Adadelta. */
import { kernel } from "../../engine/kernel.ts";
import { checkOption } from "../../engine/options.ts";
import {
  checkOptimizerOptions,
  defineOptimizer,
  type Optimizer,
  type OptimizerOptions,
} from "./optimizer.ts";

const update = kernel("optimizers/adadelta", {
  reads: ["gradients"],
  updates: ["parameters", "accumulator", "delta"],
  step: true,
  flops: { parameters: 16 },
});

export interface AdadeltaOptions extends OptimizerOptions {
  /** share of the past in the running means */
  readonly rho?: number;
  /** added under both roots */
  readonly epsilon?: number;
}

/** Steps in the units of past steps. Keras's defaults: learning rate 1 (not 0.001), rho 0.95, epsilon 1e-7. */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  checkOptimizerOptions("adadelta", options, { rho: true, epsilon: true });
  const { learningRate = 1, decay = 0, rho = 0.95, epsilon = 1e-7 } = options;
  checkOption("adadelta", "rho", rho, () => rho >= 0 && rho < 1, "0 or more and less than 1");
  checkOption("adadelta", "epsilon", epsilon, () => epsilon > 0, "positive");
  return defineOptimizer({
    name: "adadelta",
    kernel: update,
    constants: { RHO: rho, ONE_MINUS_RHO: 1 - rho, EPSILON: epsilon },
    slots: { accumulator: 0, delta: 0 },
    config: { rho, epsilon },
    options: { ...options, learningRate, decay },
  });
}
