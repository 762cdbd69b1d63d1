/** @file Lines on standard output: on a terminal one can take the place of the one before. */
import type { LineOutput } from "../platform.ts";

/** What is needed of process.stdout. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const usualColumns = 80;
const clearLine = "\r\x1b[2K";

/** On a pipe, in a file, and on a terminal that knows no control sequences: lines of the console, which stay. */
export function lineOutput(stream: TextStream, terminal: string | undefined): LineOutput {
  if (!stream.isTTY || terminal === "dumb") return { line: (text) => console.log(text) };
  let isOpen = false;
  return {
    line: (text) => {
      stream.write(`${isOpen ? clearLine : ""}${text}\n`);
      isOpen = false;
    },
    replaceable: (text) => {
      const shown = text.slice(0, (stream.columns || usualColumns) - 1); // "\r" goes back no further than to the last row
      stream.write(`${isOpen ? clearLine : ""}${shown}`);
      isOpen = true;
    },
    end: () => {
      if (isOpen) stream.write("\n");
      isOpen = false;
    },
  };
}
