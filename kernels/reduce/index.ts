/** @file Reductions over axes. */
export { argMax } from "./arg-max.ts";
export { columnSum } from "./column-sum.ts";
export { max, mean, min, type ReduceOptions, sum, variance } from "./reduce.ts";
