/** @file Checks of options given as an object: values outside their documented range, and misspelt names. */
import { ArgumentError, nearest } from "./errors.ts";

/**
 * Throws ArgumentError unless `value` is a finite number in float32 and `sound`; `allowed` says in words what would be.
 * `sound` is asked only of a number: comparing some other values throws an error of JavaScript's own.
 */
export function checkOption(
  name: string,
  option: string,
  value: number,
  sound: () => boolean,
  allowed: string,
): void {
  if (typeof value === "number" && Number.isFinite(Math.fround(value)) && sound()) return;
  throw new ArgumentError(`${name}: ${option} must be ${allowed}, got ${written(value)}.`);
}

/** Every option of an interface by name: one that is forgotten here, or does not exist, does not compile. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** A misspelt option would leave its default in force without a word. Throws ArgumentError. */
export function checkOptionNames<T extends object>(
  name: string,
  options: T,
  known: OptionNames<NoInfer<T>>,
): void {
  checkNames(name, options, Object.keys(known));
}

/** The same with a list of names. */
export function checkNames(name: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new ArgumentError(`${name}: options must be an object, got ${written(options)}.`);
  }
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    const near = nearest(option, known);
    const hint = near ? ` Did you mean ${near}?` : ` It has ${known.join(", ")}.`;
    throw new ArgumentError(`${name}: there is no option ${option}.${hint}`);
  }
}

/** Throws ArgumentError unless `value` is one of `choices`: a misspelt one would be taken for another without a word. */
export function checkChoice<Choice extends string>(
  name: string,
  option: string,
  value: unknown,
  choices: readonly Choice[],
): asserts value is Choice {
  if (choices.some((choice) => choice === value)) return;
  const near = typeof value === "string" ? nearest(value, choices) : undefined;
  const hint = near ? ` Did you mean ${near}?` : "";
  throw new ArgumentError(
    `${name}: ${option} must be one of ${choices.join(", ")}, got ${written(value)}.${hint}`,
  );
}

/** Throws ArgumentError unless `value` is true or false. */
export function checkFlag(name: string, option: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new ArgumentError(`${name}: ${option} must be true or false, got ${written(value)}.`);
}

/** Throws ArgumentError unless `path` may be the name of a file or folder. Node would read from a number, too. */
export function requirePath(what: string, path: unknown): asserts path is string {
  if (typeof path === "string" && path !== "") return;
  throw new ArgumentError(`${what}: needs the name of a file or folder, got ${written(path)}.`);
}

/** Throws ArgumentError unless `value` can be called. */
export function checkFunction(name: string, option: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new ArgumentError(`${name}: ${option} must be a function, got ${written(value)}.`);
}

/**
 * Throws ArgumentError unless `value` is an object that has all of `parts`; `wanted` says what it should be, as "a recording". Whoever
 * writes JavaScript may pass anything.
 */
export function requireParts(
  what: string,
  value: unknown,
  wanted: string,
  parts: readonly string[] = [],
): void {
  const has = typeof value === "object" && value !== null && parts.every((part) => part in value);
  if (!has) throw new ArgumentError(`${what}: needs ${wanted}, got ${written(value)}.`);
}

/** The same of every entry of a list. */
export function requireListOf(
  what: string,
  values: unknown,
  wanted: string,
  parts: readonly string[] = [],
): void {
  if (!Array.isArray(values))
    throw new ArgumentError(`${what}: needs a list of ${wanted}, got ${written(values)}.`);
  for (const value of values) requireParts(what, value, wanted, parts);
}

const longestText = 80;

/** Any value for a message: never throws, whatever was passed, and is not long. */
export function written(value: unknown): string {
  if (typeof value === "number" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  try {
    const text = JSON.stringify(value, (_, part) => (typeof part === "number" ? numberText(part) : part));
    return text === undefined ? String(value) : shortened(text.replace(/"#(-?\w+)"/g, "$1"));
  } catch {
    return `an object`; // circular, or with a bigint inside
  }
}

/** JSON has no NaN and no infinity: they are marked, to lose their quotes afterwards. */
function numberText(value: number): number | string {
  return Number.isFinite(value) ? value : `#${value}`;
}

function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 3)}...`;
}
