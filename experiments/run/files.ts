/** @file Writing small files of a run folder so that a crash leaves either the old one or the new one. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { FileError } from "../../engine/errors.ts";

/** Writes text under a temporary name and renames it. Throws FileError with the reason. */
export function writeFileAtomically(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "w");
    try {
      writeFileSync(file, text); // unlike writeSync it goes on after a partial write
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new FileError(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}
