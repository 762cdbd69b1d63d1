/** @file Layer normalisation. */
export { type LayerNormOptions, layerNorm } from "./layer-norm.ts";
