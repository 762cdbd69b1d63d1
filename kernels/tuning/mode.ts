/** @file WGRAD_KERNELS=naive forces the readable variant of every kernel: to learn from, and to check the others. */

/** true if only naive kernels shall run */
export function naiveOnly(): boolean {
  return globalThis.process?.env?.WGRAD_KERNELS === "naive";
}
