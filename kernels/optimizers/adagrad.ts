/** @file Adagrad. */
import { kernel } from "../../engine/kernel.ts";
import { checkOption } from "../../engine/options.ts";
import {
  checkOptimizerOptions,
  defineOptimizer,
  type Optimizer,
  type OptimizerOptions,
} from "./optimizer.ts";

const update = kernel("optimizers/adagrad", {
  reads: ["gradients"],
  updates: ["parameters", "accumulator"],
  step: true,
  flops: { parameters: 7 },
});

export interface AdagradOptions extends OptimizerOptions {
  /** added to the root; Keras 1 to 2.1.2 had 1e-8 */
  readonly epsilon?: number;
  /** what the sum of squares starts from: 0 in Keras, 0.1 in TensorFlow's and late Keras's */
  readonly initialAccumulator?: number;
}

/** Steps divided by the root of the sum of all squares. Defaults: learning rate 0.01, epsilon 1e-7. */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  checkOptimizerOptions("adagrad", options, { epsilon: true, initialAccumulator: true });
  const { learningRate = 0.01, decay = 0, epsilon = 1e-7, initialAccumulator = 0 } = options;
  checkOption("adagrad", "epsilon", epsilon, () => epsilon > 0, "positive");
  checkOption(
    "adagrad",
    "initialAccumulator",
    initialAccumulator,
    () => initialAccumulator >= 0,
    "0 or more",
  );
  return defineOptimizer({
    name: "adagrad",
    kernel: update,
    constants: { EPSILON: epsilon },
    slots: { accumulator: initialAccumulator },
    config: { epsilon, initialAccumulator },
    options: { ...options, learningRate, decay },
  });
}
