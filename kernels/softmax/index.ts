/** @file Softmax. */
export { logSoftmax, softmax } from "./softmax.ts";
