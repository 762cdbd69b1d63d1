/** @file Dynamic loss scaling for mixed precision. */
export { checkLossScale, LossScale, type LossScaleOptions, type LossScaleState } from "./loss-scale.ts";
