/**
 * @file Standard output and standard error that cannot be written any more: the reader went away (`| head`), the disk is
 * full, the terminal was closed. A run of hours does not end because of that.
 */
import { reasonOf } from "../engine/platform/node/builtins.ts";

/** What stopped standard output; a reader that went away has read what it wanted, so that is none. */
let lost: NodeJS.ErrnoException | undefined;
let isLog = false;

/** From now on a failed write is passed over: the command goes on to its end, and to its files. */
export function surviveLostOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") lost ??= error;
  });
  process.stderr.on("error", () => {}); // there is nowhere left to say so
}

/** Standard output only tells how a run goes; what the run is for are its files. */
export function outputIsLog(): void {
  isLog = true;
}

/** Why what was asked for did not arrive on standard output; undefined if it did, or if it is in files as well. */
export function missingOutput(): string | undefined {
  return lost && !isLog ? `Standard output is not complete: ${reasonOf(lost)}.` : undefined;
}
