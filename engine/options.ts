/** @file Checks of options given as an object: values outside their documented range, and misspelt names. */
import { ArgumentError, nearest } from "./errors.ts";

/** Throws ArgumentError unless `value` is a finite number and `sound`; `allowed` says in words what would be. */
export function checkOption(
  name: string,
  option: string,
  value: number,
  sound: boolean,
  allowed: string,
): void {
  if (typeof value === "number" && Number.isFinite(value) && sound) return;
  throw new ArgumentError(`${name}: ${option} must be ${allowed}, got ${written(value)}.`);
}

/** A misspelt option would leave its default in force without a word. Throws ArgumentError. */
export function checkNames(name: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new ArgumentError(`${name}: options must be an object, got ${written(options)}.`);
  }
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    const near = nearest(option, known);
    const hint = near ? ` Did you mean ${near}?` : ` It has ${known.join(", ")}.`;
    throw new ArgumentError(`${name}: there is no option ${option}.${hint}`);
  }
}

/** Any value for a message: never throws, whatever was passed. */
export function written(value: unknown): string {
  if (typeof value === "number" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "a function";
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return `a ${typeof value}`; // circular, or a bigint
  }
}
