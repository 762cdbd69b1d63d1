/** @file CSVLogger: a line of every epoch's results in a table that spreadsheets read. */
import { platform } from "#platform";
import { ArgumentError } from "../../engine/errors.ts";
import { checkFlag, checkOptionNames, written } from "../../engine/options.ts";
import type { Logs } from "../fit/history.ts";
import { ownEntry } from "../records.ts";
import type { Callback, CallbackState } from "./callback.ts";
import { count, type Field, freshState, parseState } from "./state.ts";

/** Options of CSVLogger(), by Keras's names. */
export interface CSVLoggerOptions {
  /** between the fields; one character. Default "," */
  readonly separator?: string;
  /** true: go on in a file that is there; false: begin anew. Default false */
  readonly append?: boolean;
}

const label = "CSVLogger";

/** names of columns; null before there are any */
const columns: Field<readonly string[] | null> = {
  fresh: null,
  allowed: "a list of names or null",
  holds: (value) =>
    value === null || (Array.isArray(value) && value.every((name) => typeof name === "string")),
};

const fields = {
  /** the columns after "epoch"; null before the first line */
  keys: columns,
  /** size of the file */
  bytes: count,
};

export class CSVLoggerCallback implements Callback {
  readonly name = label;
  readonly #path: string;
  readonly #separator: string;
  readonly #append: boolean;
  #state = freshState(fields);

  constructor(path: string, options: CSVLoggerOptions) {
    checkOptionNames(label, options, { separator: true, append: true });
    const { separator = ",", append = false } = options;
    if (typeof path !== "string" || path === "") {
      throw new ArgumentError(`${label}: needs the name of a file, got ${written(path)}.`);
    }
    if (typeof separator !== "string" || separator.length !== 1 || /["\r\n]/.test(separator)) {
      const got = written(separator);
      throw new ArgumentError(`${label}: separator must be one character and no quote, got ${got}.`);
    }
    checkFlag(label, "append", append);
    this.#path = path;
    this.#separator = separator;
    this.#append = append;
  }

  /** Empties the file, unless it shall be appended to; a resumed run takes back what came after its checkpoint. */
  async onTrainBegin(): Promise<void> {
    const size = await platform.files.size(this.#path);
    const resumed = this.#state.keys !== null && size >= this.#state.bytes;
    if (!resumed) this.#state = { keys: null, bytes: this.#append ? size : 0 };
    await platform.files.append(this.#path, new Uint8Array(0), this.#state.bytes);
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { keys: known, bytes } = this.#state;
    const keys = known ?? Object.keys(logs).sort();
    const rows: (string | number)[][] = [[epoch, ...keys.map((key) => ownEntry(logs, key) ?? "NA")]];
    if (bytes === 0) rows.unshift(["epoch", ...keys]);
    const text = rows.map(
      (row) => `${row.map((field) => this.#quote(String(field))).join(this.#separator)}\r\n`,
    );
    const size = await platform.files.append(this.#path, new TextEncoder().encode(text.join("")));
    this.#state = { keys, bytes: size };
  }

  saveState(): CallbackState {
    return { ...this.#state };
  }

  loadState(state: CallbackState): void {
    this.#state = parseState(label, fields, state);
  }

  #quote(field: string): string {
    const plain = !field.includes(this.#separator) && !/["\r\n]/.test(field);
    return plain ? field : `"${field.replaceAll('"', '""')}"`;
  }
}

/**
 * Keras's CSVLogger: a header `epoch,...` with the names in alphabetical order, then a line per epoch, counted from 0,
 * with the quantities known when it is called. What an epoch does not report is NA. Lines end in CR LF (RFC 4180).
 */
export function CSVLogger(path: string, options: CSVLoggerOptions = {}): CSVLoggerCallback {
  return new CSVLoggerCallback(path, options);
}
