/** @file Random changes to activations while training. */
export { applyDropoutMask, type DropoutOptions, dropout } from "./dropout.ts";
export { type GaussianNoiseOptions, gaussianNoise } from "./gaussian-noise.ts";
