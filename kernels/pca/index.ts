/** @file Principal components and ZCA whitening. */
export { Pca, type Spectrum } from "./pca.ts";
export { whiten, type ZcaOptions, zcaMatrix } from "./zca.ts";
