/** @file What happens in a run, on the terminal. */
import type { RunEvents } from "../runner/run.ts";
import { outputIsLog } from "./output.ts";
import { ProgressDisplay } from "./progress.ts";

/** Lines and progress on standard output, or on standard error where that is for JSON. */
export function terminalEvents(json = false): { events: RunEvents; stream: NodeJS.WriteStream } {
  const stream = json ? process.stderr : process.stdout;
  if (!json) outputIsLog();
  const display = new ProgressDisplay(stream);
  const events: RunEvents = {
    line: (text) => {
      display.clear();
      stream.write(`${text}\n`);
    },
    progress: (progress) => display.update(progress),
    epochDone: (epoch, epochs, logs) => display.epochDone(epoch, epochs, logs),
  };
  return { events, stream };
}
