/** @file JSON files of runs, on the disk. */
import { requirePath } from "../engine/options.ts";
import { writeFileAtomically } from "../engine/platform/node/files.ts";
import { readText } from "../engine/platform/node/regular-file.ts";
import { jsonText, parseJson } from "../models/json-files.ts";

/** Numbers that JSON lacks are written by their names: NaN, Infinity. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomically(path, jsonText(value));
}

/** The value in a JSON file, as parseJson() gives it. Throws FileError if it cannot be read or is no JSON. */
export function readJson(path: string): unknown {
  requirePath("read", path);
  return parseJson(path, readText(path));
}
