/** @file WGRAD_KERNELS=naive forces the readable variant of every kernel: to learn from, and to check the others. */
import { platform } from "#platform";

/** true if only naive kernels shall run */
export function naiveOnly(): boolean {
  return platform.environment("WGRAD_KERNELS") === "naive";
}
