/** @file JSON files in the store. */
import { platform } from "#platform";
import { FileError } from "../engine/errors.ts";
import { requirePath } from "../engine/options.ts";
import { printable } from "../engine/printable.ts";
import { readableJson } from "./exact-json.ts";

/** Writes a value; numbers that JSON lacks are written by their names: NaN, Infinity. Rejects with FileError. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  requirePath("write", path);
  await platform.files.write(path, [new TextEncoder().encode(jsonText(value))]);
}

/** The value in a JSON file, as parseJson() gives it. `what` names the call in errors. Rejects with FileError if it cannot be read or is no JSON. */
export async function readJson(path: string, what = "read"): Promise<unknown> {
  requirePath(what, path);
  const file = await platform.files.open(path);
  try {
    return parseJson(path, new TextDecoder().decode(await file.read(0, file.size)));
  } finally {
    await file.close();
  }
}

export function jsonText(value: unknown): string {
  return `${readableJson(value)}\n`;
}

/** The value of the text in the file `path`, its texts and names without characters that a terminal would obey. Throws FileError. */
export function parseJson(path: string, text: string): unknown {
  try {
    return withPrintableTexts(JSON.parse(text));
  } catch (cause) {
    throw new FileError(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

function withPrintableTexts(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(withPrintableTexts);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, entry]) => [printable(name), withPrintableTexts(entry)]));
}
