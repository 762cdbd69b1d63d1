/** @file Batch normalisation. */
export {
  type BatchNormOptions,
  type BatchNormState,
  batchNorm,
  movingVarianceRules,
} from "./batch-norm.ts";
