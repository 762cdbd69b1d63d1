/** @file What fit({ verbose }) prints: Keras's lines. */

import { platform } from "#platform";
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { LineOutput } from "../../engine/platform/platform.ts";
import type { Logs } from "../fit/history.ts";
import type { Progress } from "./callback.ts";

/** 0: nothing; 1: a bar that moves on a terminal, elsewhere a line now and then; 2: a line for each epoch; "auto": 1. */
export type Verbose = 0 | 1 | 2 | "auto";

const barWidth = 20;
/** between two lines of progress within an epoch, where none takes another's place */
const millisecondsBetweenLines = 10_000;

/** Throws ArgumentError for what is no Verbose. */
export function checkVerbose(value: unknown): asserts value is Verbose {
  if (value === 0 || value === 1 || value === 2 || value === "auto") return;
  throw new ArgumentError(`fit: verbose must be 0, 1, 2 or "auto", got ${written(value)}.`);
}

export class ProgressPrinter {
  readonly #output: LineOutput;
  readonly #bars: boolean;
  #printed = 0;
  #steps = 0;
  #seconds = 0;

  constructor(verbose: Exclude<Verbose, 0>, output: LineOutput = platform.lineOutput()) {
    this.#output = output;
    this.#bars = verbose !== 2;
  }

  /** `epoch` from 0, of `epochs`, each of `steps` batches. */
  beginEpoch(epoch: number, epochs: number, steps: number): void {
    this.#steps = steps;
    this.#printed = performance.now();
    this.#output.line(`Epoch ${epoch + 1}/${epochs}`);
  }

  progress({ batch, logs, seconds }: Progress): void {
    this.#seconds = seconds;
    if (!this.#bars || batch === 0 || batch >= this.#steps) return;
    const text = this.#text(batch, logs);
    if (this.#output.replaceable) {
      this.#output.replaceable(text);
      return;
    }
    if (performance.now() - this.#printed < millisecondsBetweenLines) return;
    this.#printed = performance.now();
    this.#output.line(text);
  }

  /** With all that the epoch reports. */
  endEpoch({ seconds = this.#seconds, ...logs }: Logs): void {
    this.#seconds = seconds;
    this.#output.line(this.#text(this.#steps, logs));
  }

  /** The last bar stays where training ends within an epoch. */
  end(): void {
    this.#output.end?.();
  }

  #text(batch: number, logs: Logs): string {
    const count = `${String(batch).padStart(String(this.#steps).length)}/${this.#steps}`;
    const time = [formatSeconds(this.#seconds), `${perStep(this.#seconds / batch)}/step`];
    const values = Object.entries(logs).map(([name, value]) => `${name}: ${formatValue(value)}`);
    if (!this.#bars) return [count, ...time, ...values].join(" - ");
    const full = Math.round((barWidth * batch) / this.#steps);
    return [`${count} ${"━".repeat(full)}${" ".repeat(barWidth - full)} ${time.join(" ")}`, ...values].join(
      " - ",
    );
  }
}

/** Keras's: four decimals, or scientific where these say nothing. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value === 0 || Math.abs(value) > 1e-3 ? value.toFixed(4) : value.toExponential(4);
}

function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)}s`;
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  return `${minutes}:${String(rest).padStart(2, "0")}`;
}

function perStep(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(1)}s`;
  return seconds >= 1e-3 ? `${Math.round(seconds * 1e3)}ms` : `${Math.round(seconds * 1e6)}us`;
}
