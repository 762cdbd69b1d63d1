/**
 * @file JSON in which every number survives. JSON itself has no NaN and no infinity, of which JSON.stringify makes null, and
 * -0 becomes 0.
 */
import { ArgumentError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { ownEntry } from "./records.ts";

/** Names of the numbers that JSON cannot write. Python's float() and JavaScript's Number() read them, too. */
const named = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0,
};
type NamedNumber = keyof typeof named;

/** A number in JSON: by its name where JSON has no other way. */
export type JsonNumber = number | NamedNumber;

export function toJsonNumber(value: number): JsonNumber {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : (String(value) as NamedNumber);
}

/** undefined for what is neither a number nor the name of one. */
export function fromJsonNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? ownEntry(named, value) : undefined;
}

/** JSON text, numbers that JSON lacks by their names. For files that people read; whoever reads knows where numbers stand. */
export function readableJson(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "number" ? toJsonNumber(part) : part), 2);
}

/** Stands before the names of numbers, and is doubled where a text begins with it. */
const mark = "#";

/** JSON text from which parseExactJson() makes the same value again, whatever texts and numbers are in it. */
function exactJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === "string") return part.startsWith(mark) ? mark + part : part;
    if (typeof part !== "number") return part;
    const number = toJsonNumber(part);
    return typeof number === "string" ? mark + number : number;
  });
}

/** Throws SyntaxError for what is no JSON. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_, part) => {
    if (typeof part !== "string" || !part.startsWith(mark)) return part;
    const rest = part.slice(mark.length);
    return rest.startsWith(mark) ? rest : (fromJsonNumber(rest) ?? part);
  });
}

/** Text of `value` that was read back and is the same. Throws ArgumentError, naming the place, for what JSON cannot hold. */
export function checkedExactJson(what: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = exactJson(value);
  } catch (cause) {
    throw new ArgumentError(`${what} cannot be kept as JSON: ${(cause as Error).message}`, { cause }); // a bigint, a circle
  }
  const lost = text === undefined ? { value, path: [] } : firstLoss(value, parseExactJson(text));
  if (text !== undefined && !lost) return text;
  const place = lost!.path.length > 0 ? ` at ${lost!.path.join(".")}` : "";
  throw new ArgumentError(`${what} cannot be kept as JSON: ${written(lost!.value)}${place}.`);
}

/** A copy by way of JSON. Throws ArgumentError as checkedExactJson() does. */
export function jsonCopy<T>(what: string, value: T): T {
  return parseExactJson(checkedExactJson(what, value)) as T;
}

interface Loss {
  readonly value: unknown;
  readonly path: readonly string[];
}

/** The first part of `value` that `back` has not, and where it is; what is undefined counts as left out. */
function firstLoss(value: unknown, back: unknown, path: readonly string[] = []): Loss | undefined {
  if (!isData(value) || !isData(back)) return Object.is(value, back) ? undefined : { value, path };
  if (Array.isArray(value) !== Array.isArray(back)) return { value, path };
  for (const name of new Set([...Object.keys(value), ...Object.keys(back)])) {
    const loss = firstLoss(ownEntry(value, name), ownEntry(back, name), [...path, name]);
    if (loss) return loss;
  }
  return undefined;
}

/** A list, or an object that is no Map, Date, typed array or other thing whose contents are not its entries. */
function isData(value: unknown): value is Record<string, unknown> {
  return Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
}
