/** @file Optimizers by Keras's formulas. */
export {
  type AdadeltaOptions,
  type AdagradOptions,
  type AdamOptions,
  type AdamwOptions,
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  type NadamOptions,
  nadam,
  type RmspropOptions,
  rmsprop,
} from "./adaptive.ts";
export { haltUnlessFinite } from "./check.ts";
export { occupiedElements } from "./clip.ts";
export { Minimizer, type MinimizerOptions, minimizer } from "./minimizer.ts";
export type { Optimizer, OptimizerConfig, OptimizerGroup, OptimizerOptions, Schedule } from "./optimizer.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
