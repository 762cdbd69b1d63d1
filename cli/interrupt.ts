/**
 * @file Signals that ask a run to stop. The first of SIGINT (Ctrl-C), SIGTERM (kill) and SIGHUP (the terminal was closed)
 * lets training save itself and end with exit code 130; a second one ends the process at once: for the shell, with 128 and its number.
 */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The terminal sends Ctrl-C to npm and to us, and npm may pass it on: twice within so many milliseconds is once. */
const samePress = 50;

/** Aborts on the first signal; `onFirst` tells the user. */
export function interruptSignal(onFirst: () => void): AbortSignal {
  const controller = new AbortController();
  let first = { name: "", time: 0 };
  const stop = (name: (typeof signals)[number]) => {
    const now = performance.now();
    if (name === first.name && now - first.time < samePress) return;
    if (controller.signal.aborted) return endBy(name);
    first = { name, time: now };
    controller.abort();
    onFirst();
  };
  for (const name of signals) process.on(name, stop);
  return controller.signal;
}

/** By the signal itself: process.exit() would tear the GPU's driver down while its threads are at work, which may crash. */
function endBy(name: (typeof signals)[number]): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
