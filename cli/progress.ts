/** @file Training progress on a terminal: one bar that redraws itself, or plain lines on a pipe. */
import type { Progress } from "../models/callbacks/callback.ts";
import type { Logs } from "../models/fit/history.ts";
import { formatSeconds } from "../report/format.ts";

const barWidth = 24;
const secondsBetweenLines = 10;

/** Where progress goes: a stream that may be a terminal. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class ProgressDisplay {
  readonly #stream: ProgressStream;
  #lastLine = 0;
  #drawn = false;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  /** Called every 100 ms or so during an epoch. */
  update(progress: Progress): void {
    if (this.#stream.isTTY) {
      this.#draw(barLine(progress));
      return;
    }
    if (progress.seconds - this.#lastLine < secondsBetweenLines) return;
    this.#lastLine = progress.seconds;
    this.#stream.write(`${plainLine(progress)}\n`);
  }

  /** One line that stays, for a finished epoch. */
  epochDone(epoch: number, epochs: number, logs: Logs): void {
    this.#lastLine = 0;
    this.clear();
    const { seconds, images_per_second: speed, ...values } = logs;
    const parts = [formatLogs(values)];
    if (speed !== undefined) parts.push(`${formatSpeed(speed)} images/s`);
    if (seconds !== undefined) parts.push(formatSeconds(seconds));
    this.#stream.write(
      `epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}  ${parts.join("  ")}\n`,
    );
  }

  /** Removes the bar, so that something else can be printed. */
  clear(): void {
    if (this.#drawn) this.#stream.write("\r\x1b[2K");
    this.#drawn = false;
  }

  #draw(line: string): void {
    this.#stream.write(`\r\x1b[2K${line.slice(0, (this.#stream.columns ?? 100) - 1)}`);
    this.#drawn = true;
  }
}

function barLine(progress: Progress): string {
  const filled = Math.round((barWidth * progress.samples) / progress.totalSamples);
  const bar = `${"━".repeat(filled)}${"─".repeat(barWidth - filled)}`;
  return `epoch ${progress.epoch + 1}/${progress.epochs} ${bar} ${rest(progress)}`;
}

function plainLine(progress: Progress): string {
  const percent = Math.floor((100 * progress.samples) / progress.totalSamples);
  return `epoch ${progress.epoch + 1}/${progress.epochs} ${String(percent).padStart(3)} %  ${rest(progress)}`;
}

function rest({ logs, imagesPerSecond, samples, totalSamples }: Progress): string {
  const seconds = Math.ceil((totalSamples - samples) / imagesPerSecond);
  const left = imagesPerSecond > 0 && seconds > 0 ? `${formatSeconds(seconds)} left` : "";
  return [formatLogs(logs), `${formatSpeed(imagesPerSecond)} images/s`, left].join("  ");
}

/**
 * `loss 0.3251  accuracy 0.1875`; errors are left out, since the accuracies say the same, and so are the test set's values
 * where the test set is the validation set.
 */
function formatLogs(logs: Logs): string {
  const isCopy = (name: string) => name.startsWith("test_") && `val_${name.slice(5)}` in logs;
  const same = Object.keys(logs).every(
    (name) => !isCopy(name) || logs[name] === logs[`val_${name.slice(5)}`],
  );
  return Object.entries(logs)
    .filter(([name]) => !/(train|val|test)_error$/.test(name) && !(same && isCopy(name)))
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join("  ");
}

function formatSpeed(imagesPerSecond: number): string {
  return imagesPerSecond >= 100
    ? Math.round(imagesPerSecond).toLocaleString("en-US")
    : imagesPerSecond.toPrecision(2);
}
