/** @file History: what every epoch reported, by Keras's names. */
import { ArgumentError, FileError } from "../../engine/errors.ts";
import { checkOption, written } from "../../engine/options.ts";
import { fromJsonNumber, type JsonNumber, toJsonNumber } from "../exact-json.ts";
import { readJson, writeJson } from "../json-files.ts";
import { ownEntry, setEntry } from "../records.ts";

/** Values of one epoch: loss, accuracy, val_loss, ... */
export type Logs = Record<string, number>;

/** The layout of history.json: `epoch` and one list per quantity. NaN, infinities and -0 stand there by these names. */
export type HistoryJson = Record<string, (JsonNumber | null)[]>;

/** What fit() returns: the results of every epoch by name, as Keras's history.history. */
export class History {
  /** epoch numbers from 1, aligned with the values */
  readonly epoch: number[] = [];
  /** one list per quantity, aligned with `epoch`; null where an epoch did not report it */
  readonly history: Record<string, (number | null)[]> = {};

  /** Adds one epoch. */
  append(epoch: number, logs: Logs): void {
    checkOption("history", "epoch", epoch, () => Number.isInteger(epoch), "a whole number");
    if (typeof logs !== "object" || logs === null) {
      throw new ArgumentError(`history: an epoch reports values by name, got ${written(logs)}.`);
    }
    for (const [name, value] of Object.entries(logs)) {
      if (name === "epoch" || typeof value !== "number")
        throw new ArgumentError(`history: an epoch reports numbers by name, got ${name}: ${written(value)}.`);
      const values = ownEntry(this.history, name) ?? this.epoch.map(() => null);
      values.push(value);
      setEntry(this.history, name, values);
    }
    this.epoch.push(epoch);
    for (const values of Object.values(this.history))
      if (values.length < this.epoch.length) values.push(null);
  }

  /** The last value of a quantity. */
  last(name: string): number | undefined {
    return ownEntry(this.history, name)?.at(-1) ?? undefined;
  }

  /**
   * This history and one that goes on from it: of a resumed run, whose epochs follow, or of a second fit(), whose epochs
   * start at 1 and are counted on. Throws ArgumentError if epochs of the two overlap.
   */
  join(later: History): History {
    if (!(later instanceof History))
      throw new ArgumentError(`history: only a History can be joined, got ${written(later)}.`);
    const joined = History.fromJSON(this.toJSON());
    const end = this.epoch.at(-1) ?? 0;
    const first = later.epoch[0] ?? end + 1;
    if (first !== 1 && first <= end) {
      throw new ArgumentError(`history: epoch ${first} to join is already there, the last one is ${end}.`);
    }
    const offset = first === 1 ? end : 0;
    for (const [i, epoch] of later.epoch.entries()) {
      const entries = Object.entries(later.history).flatMap(([name, values]) => {
        const value = values[i];
        return value === null || value === undefined ? [] : [[name, value] as const];
      });
      joined.append(epoch + offset, Object.fromEntries(entries));
    }
    return joined;
  }

  /** Writes a JSON file with the layout of history.json; it appears only when it is whole. Rejects with FileError. */
  async save(path: string): Promise<void> {
    await writeJson(path, this.toJSON());
  }

  /** Reads what save() wrote. Rejects with FileError if the file is missing or holds no history. */
  static async load(path: string): Promise<History> {
    const json = await readJson(path, "History.load");
    try {
      return History.fromJSON(json as HistoryJson);
    } catch (cause) {
      throw new FileError(`${path}: ${(cause as Error).message}`, { cause });
    }
  }

  /** The layout of history.json: { "epoch": [...], "loss": [...], ... }. */
  toJSON(): HistoryJson {
    const lists = Object.entries(this.history).map(([name, values]) => {
      return [name, values.map((value) => (value === null ? null : toJsonNumber(value)))] as const;
    });
    return Object.fromEntries([["epoch", [...this.epoch]] as const, ...lists]);
  }

  /** Throws ArgumentError if `epoch` is missing, lists have different lengths or hold something else than numbers. */
  static fromJSON(json: Readonly<Record<string, readonly (JsonNumber | null)[]>>): History {
    if (typeof json !== "object" || json === null)
      throw new ArgumentError(`history: needs lists by name, got ${written(json)}.`);
    const epoch = ownEntry(json, "epoch");
    if (!Array.isArray(epoch) || !Array.from(epoch).every((number) => Number.isSafeInteger(number))) {
      throw new ArgumentError('history: no list "epoch" of whole numbers.');
    }
    const history = new History();
    for (const number of epoch as number[]) history.epoch.push(number); // arguments of one push() would fill the stack
    for (const [name, list] of Object.entries(json)) {
      if (name === "epoch") continue;
      if (!Array.isArray(list) || list.length !== epoch.length) {
        throw new ArgumentError(`history: "${name}" has not as many values as "epoch" (${epoch.length}).`);
      }
      const values = list.map((value) => (value === null ? null : fromJsonNumber(value)));
      if (values.includes(undefined)) {
        throw new ArgumentError(`history: "${name}" holds values that are no numbers.`);
      }
      setEntry(history.history, name, values as (number | null)[]);
    }
    return history;
  }
}
