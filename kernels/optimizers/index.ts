/** @file Optimizers by Keras's formulas. */
export { type AdadeltaOptions, adadelta } from "./adadelta.ts";
export { type AdagradOptions, adagrad } from "./adagrad.ts";
export { type AdamOptions, type AdamwOptions, adam, adamw } from "./adam.ts";
export { haltUnlessFinite } from "./check.ts";
export { occupiedElements } from "./clip.ts";
export { Minimizer, type MinimizerOptions, minimizer } from "./minimizer.ts";
export type { Optimizer, OptimizerConfig, OptimizerGroup, OptimizerOptions, Schedule } from "./optimizer.ts";
export { type RmspropOptions, rmsprop } from "./rmsprop.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
