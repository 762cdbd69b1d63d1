/** @file Batch normalisation. */
export {
  type BatchNormOptions,
  type BatchNormState,
  type BatchPart,
  batchNorm,
  movingVarianceRules,
} from "./batch-norm.ts";
