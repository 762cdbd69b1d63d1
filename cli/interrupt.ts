/**
 * @file Signals that ask a run to stop. The first of SIGINT (Ctrl-C), SIGTERM (kill) and SIGHUP (the terminal was closed)
 * lets training save itself and end with exit code 130; a second one ends the process at once, with 128 and its number.
 */
import { constants } from "node:os";

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
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    first = { name, time: now };
    controller.abort();
    onFirst();
  };
  for (const name of signals) process.on(name, stop);
  return controller.signal;
}
