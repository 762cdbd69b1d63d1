/** @file Golden cases in a folder of the disk. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { caseOf, type GoldenCase, type GoldenEntry, parseIndex } from "./cases.ts";

/** The cases of a folder, in the order of its index. Throws FileError. */
export function readIndex(folder: string): GoldenEntry[] {
  const path = join(folder, "index.json");
  try {
    return parseIndex(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new FileError(`Cannot read the golden cases in ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Reads the values of a case. Throws FileError if one that the index lists is not in the file. */
export function readCase(folder: string, entry: GoldenEntry): GoldenCase {
  const path = join(folder, entry.file);
  return caseOf(entry, readFileSync(path), path);
}
