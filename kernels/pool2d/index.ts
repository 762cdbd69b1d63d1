/** @file Pooling. */
export { avgPool2d } from "./average-pool2d.ts";
export { type GlobalPoolOptions, globalAveragePool2d, globalMaxPool2d } from "./global-pool2d.ts";
export { maxPool2d } from "./max-pool2d.ts";
export type { PoolOptions } from "./pool2d.ts";
