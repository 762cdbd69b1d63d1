/** @file Download progress in one line. */
import type { DownloadProgress } from "../datasets/sources/download.ts";
import { formatBytes } from "../engine/errors.ts";
import type { ProgressStream } from "./progress.ts";

const millisecondsBetweenLines = 10_000;

export class DownloadLine {
  readonly #stream: ProgressStream;
  #last = 0;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  readonly show = (progress: DownloadProgress): void => {
    const { received, total, bytesPerSecond } = progress;
    const done = total !== undefined && received >= total;
    const of =
      total === undefined ? "" : ` of ${formatBytes(total)} (${Math.floor((100 * received) / total)} %)`;
    const text = `downloading ${formatBytes(received)}${of}, ${formatBytes(bytesPerSecond)}/s`;
    if (this.#stream.isTTY) this.#stream.write(`\r\x1b[2K${text}${done ? "\n" : ""}`);
    else if (done || performance.now() - this.#last > millisecondsBetweenLines) {
      this.#last = performance.now();
      this.#stream.write(`${text}\n`);
    }
  };
}
