/** @file A loss or metric with options as a text, "huber(delta=2)": files and tables hold it as they hold a plain name. */
import { ArgumentError, nearest } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";

export type OptionValue = number | boolean | string | readonly number[];
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** The text for a name with options; those that are undefined are left out. */
export function nameWithOptions(
  name: string,
  options: Readonly<Record<string, OptionValue | undefined>>,
): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const text = (value: OptionValue | undefined) => (Array.isArray(value) ? `[${value.join(" ")}]` : value);
  return given.length === 0
    ? name
    : `${name}(${given.map(([key, value]) => `${key}=${text(value)}`).join(", ")})`;
}

/** What nameWithOptions wrote; a plain name has no options. Throws ArgumentError for brackets around something else. */
export function parseName(text: string): { readonly name: string; readonly options: OptionValues } {
  if (typeof text !== "string") return { name: text, options: {} }; // the caller says that there is no such name
  const [, name, list] = /^([^()]*)\((.*)\)$/.exec(text) ?? [];
  if (name === undefined || list === undefined) return { name: text, options: {} };
  const entries = list.split(/,\s*/).map((entry) => {
    const [, key, value] = /^(\w+)=(.+)$/.exec(entry) ?? [];
    if (key !== undefined && value !== undefined) return [key, optionValue(value)] as const;
    throw new ArgumentError(`compile: ${written(text)} must read like "huber(delta=2)".`);
  });
  return { name, options: Object.fromEntries(entries) };
}

function optionValue(text: string): OptionValue {
  if (text === "true" || text === "false") return text === "true";
  if (/^\[.*\]$/.test(text)) return text.slice(1, -1).split(/[ ,]+/).filter(Boolean).map(Number);
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** Throws ArgumentError, with the nearest one, for an option that a loss or metric does not have. */
export function checkNamedOptions(name: string, options: OptionValues, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const hint = nearest(unknown, known);
  const rest = known.length > 0 ? `It has ${known.join(", ")}.` : "It has none.";
  throw new ArgumentError(
    `compile: ${name} has no option ${written(unknown)}${hint ? `, did you mean "${hint}"?` : `. ${rest}`}`,
  );
}
