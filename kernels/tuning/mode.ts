/**
 * @file The readable variant of every kernel, to learn from and to check the others: WGRAD_KERNELS=naive forces it for a process,
 * withNaiveKernels() for one call.
 */
import { platform } from "#platform";

/** calls of withNaiveKernels() that are running */
let calls = 0;

/** true if only naive kernels shall run */
export function naiveOnly(): boolean {
  return calls > 0 || platform.environment("WGRAD_KERNELS") === "naive";
}

/** Runs `body`, which is synchronous, with the naive kernels alone: a step to be looked at, in a page too. */
export function withNaiveKernels<R>(body: () => R): R {
  calls++;
  try {
    return body();
  } finally {
    calls--;
  }
}
