/** @file History: what every epoch reported, by Keras's names. */
import { ArgumentError } from "../../engine/errors.ts";

/** Values of one epoch: loss, accuracy, val_loss, ... */
export type Logs = Record<string, number>;

export class History {
  /** epoch numbers from 1, aligned with the values */
  readonly epoch: number[] = [];
  /** one list per quantity, aligned with `epoch`; null where an epoch did not report it */
  readonly history: Record<string, (number | null)[]> = {};

  /** Adds one epoch. */
  append(epoch: number, logs: Logs): void {
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= this.epoch.map(() => null);
      this.history[name].push(value);
    }
    this.epoch.push(epoch);
    for (const values of Object.values(this.history))
      if (values.length < this.epoch.length) values.push(null);
  }

  /** The last value of a quantity. */
  last(name: string): number | undefined {
    return this.history[name]?.at(-1) ?? undefined;
  }

  /** Continues this history with one that started where it ended. */
  join(later: History): History {
    const joined = History.fromJSON(this.toJSON());
    for (const [i, epoch] of later.epoch.entries()) {
      const entries = Object.entries(later.history).flatMap(([name, values]) => {
        const value = values[i];
        return value === null || value === undefined ? [] : [[name, value] as const];
      });
      joined.append(epoch, Object.fromEntries(entries));
    }
    return joined;
  }

  /** The layout of history.json: { "epoch": [...], "loss": [...], ... }. */
  toJSON(): Record<string, (number | null)[]> {
    return { epoch: [...this.epoch], ...structuredClone(this.history) };
  }

  /** Throws ArgumentError if the lists have different lengths or `epoch` is missing. */
  static fromJSON(json: Record<string, (number | null)[]>): History {
    const { epoch, ...values } = json;
    const history = new History();
    if (!Array.isArray(epoch)) throw new ArgumentError('history: no list "epoch".');
    history.epoch.push(...(epoch as number[]));
    for (const [name, list] of Object.entries(values)) {
      if (!Array.isArray(list) || list.length !== epoch.length) {
        throw new ArgumentError(`history: "${name}" has not as many values as "epoch" (${epoch.length}).`);
      }
      history.history[name] = [...list];
    }
    return history;
  }
}
