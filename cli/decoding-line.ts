/** @file How many photographs are decoded, in one line. */
import type { DecodeProgress } from "../datasets/sources/folder/options.ts";
import type { ProgressStream } from "./progress.ts";

const millisecondsBetweenLines = 10_000;

export class DecodingLine {
  readonly #stream: ProgressStream;
  #last = 0;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  readonly show = ({ done, total }: DecodeProgress): void => {
    const isLast = done === total;
    const text = `decoding photographs: ${done} of ${total}`;
    if (this.#stream.isTTY) this.#stream.write(`\r\x1b[2K${text}${isLast ? "\n" : ""}`);
    else if (isLast || performance.now() - this.#last > millisecondsBetweenLines) {
      this.#last = performance.now();
      this.#stream.write(`${text}\n`);
    }
  };
}
