/**
 * @file Every error that wgrad throws on purpose. A message says what was asked, what was found and, where
 * there is one, what to do; it is written for the person at the keyboard.
 */

import { printable } from "./printable.ts";

/** Exit codes of the command line: 1 something failed, 2 the call itself was wrong, 130 interrupted. */
export type ExitCode = 1 | 2 | 130;

/** Base of all errors of wgrad, safe to show: the command line prints the message without a stack and exits with `exitCode`. */
export class WgradError extends Error {
  override name = "WgradError"; // written out, since a bundler shortens the names of classes
  readonly exitCode: ExitCode = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options); // it may quote a file
  }
}

/** Shapes, axes or dtypes that do not fit together. */
export class ShapeError extends WgradError {
  override name = "ShapeError";
}

/** An argument outside its documented values: a rate of 1.5, an unknown activation. */
export class ArgumentError extends WgradError {
  override name = "ArgumentError";
}

/** A wrong command line: unknown command, experiment or option. */
export class UsageError extends WgradError {
  override name = "UsageError";
  override readonly exitCode = 2;
}

/** A file that cannot be read, written or understood. */
export class FileError extends WgradError {
  override name = "FileError";
}

/** No usable adapter, or one without something that was asked for. */
export class AdapterError extends WgradError {
  override name = "AdapterError";
}

/** The GPU device went away: driver reset, adapter unplugged, out of memory. */
export class DeviceLostError extends WgradError {
  override name = "DeviceLostError";
}

/** A DeviceLostError that says what to do. */
export function deviceLost(reason: string, options?: ErrorOptions): DeviceLostError {
  return new DeviceLostError(
    `The GPU device was lost: ${String(reason).replace(/[.\s]+$/, "") || "no reason given"}. Its tensors are gone: restart, or ` +
      "create a new engine. A training run goes on from its last checkpoint with --resume.",
    options,
  );
}

/** A buffer, a binding or a launch beyond what the adapter offers. */
export class MemoryError extends WgradError {
  override name = "MemoryError";
}

/** NaN or infinity where a number was expected. */
export class NumericError extends WgradError {
  override name = "NumericError";
}

/** A kernel that does not compile, or is run with bindings it does not declare. */
export class KernelError extends WgradError {
  override name = "KernelError";
}

/** Stopped by Ctrl-C after the checkpoint was written. */
export class InterruptedError extends WgradError {
  override name = "InterruptedError";
  override readonly exitCode = 130;
}

/** `[128,32,32,3]`, the one way shapes are written in messages; what is no number, or no shape, is written as its type. */
export function formatShape(shape: readonly number[]): string {
  if (!Array.isArray(shape)) return typeof shape;
  return `[${shape.map((size) => (typeof size === "number" ? size : typeof size)).join(",")}]`;
}

/** `1.5 MB`, for messages and tables. Decimal units, three significant digits. */
export function formatBytes(bytes: number): string {
  if (typeof bytes !== "number")
    throw new ArgumentError(`formatBytes: needs a number, got a ${typeof bytes}.`);
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}

/** The candidate nearest to `word` by edit distance, for "did you mean"; undefined if none is near. */
export function nearest(word: unknown, candidates: readonly string[]): string | undefined {
  if (typeof word !== "string" || !Array.isArray(candidates)) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), String(candidate).toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
