/** @file Ctrl-C: the first asks training to stop and save, the second stops at once. */

/** A signal that aborts on the first SIGINT or SIGTERM; `onFirst` tells the user. */
export function interruptSignal(onFirst: () => void): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    onFirst();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
