/** @file Losses by Keras's definitions. Each returns a scalar; see LossOptions for weights and losses per sample. */
export {
  categoricalCrossentropy,
  cosineSimilarity,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
} from "./categorical.ts";
export { categoricalHinge } from "./hinge.ts";
export type { LossOptions } from "./loss.ts";
export { l1l2Penalty, type PenaltyOptions } from "./penalty.ts";
export type { PointwiseRow } from "./pointwise.ts";
export * from "./pointwise-table.ts";
