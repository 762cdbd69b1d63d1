/** @file The quantity that a callback watches, and which of two values of it is the better one. */
import { ArgumentError, nearest } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Logs } from "../fit/history.ts";
import { ownEntry } from "../records.ts";

/** Which result a callback watches, and which way it gets better. */
export interface MonitorOptions {
  /** name of the quantity as the history has it. Default val_loss */
  readonly monitor?: string;
  /** which values are better; "auto" is "max" for names with "acc" or "auc" in them, else "min". Default "auto" */
  readonly mode?: "auto" | "min" | "max";
}

export class Monitor {
  readonly quantity: string;
  readonly #callback: string;
  readonly #largest: boolean;

  /** Throws ArgumentError for an unknown mode. */
  constructor(callback: string, { monitor = "val_loss", mode = "auto" }: MonitorOptions) {
    if (typeof monitor !== "string") {
      throw new ArgumentError(
        `${callback}: monitor must be the name of a quantity, got ${written(monitor)}.`,
      );
    }
    if (!["auto", "min", "max"].includes(mode)) {
      throw new ArgumentError(`${callback}: mode must be "auto", "min" or "max", got ${written(mode)}.`);
    }
    this.quantity = monitor;
    this.#callback = callback;
    this.#largest = mode === "max" || (mode === "auto" && /acc|auc/.test(monitor));
  }

  /** The value of this epoch. Throws ArgumentError if the epoch has none: a misspelt name would never do anything. */
  read(logs: Logs): number {
    const value = ownEntry(logs, this.quantity);
    if (value !== undefined) return value;
    const known = Object.keys(logs);
    const near = nearest(this.quantity, known);
    const hint = near ? `, did you mean "${near}"?` : ".";
    throw new ArgumentError(
      `${this.#callback}: there is no "${this.quantity}" to monitor${hint} The epoch reported ${known.join(", ")}.`,
    );
  }

  /** true if `value` is better than `best` by more than `minDelta`; null is worse than all numbers, NaN never better. */
  improves(value: number, best: number | null, minDelta = 0): boolean {
    if (best === null)
      return this.#largest ? value > Number.NEGATIVE_INFINITY : value < Number.POSITIVE_INFINITY;
    return this.#largest ? value > best + minDelta : value < best - minDelta;
  }
}
