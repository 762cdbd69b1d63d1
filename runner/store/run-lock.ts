/** @file One process at a time writes in a run folder. The lock dies with its process, however that ends. */
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileError, UsageError } from "../../engine/errors.ts";
import { reasonOf } from "../../engine/platform/node/builtins.ts";
import { processExists, writerOf } from "../../engine/platform/node/files.ts";
import { processFields } from "./process-fields.ts";
import { shown } from "./run-folder.ts";

/** `writing.<process>.<its start>.lock`; the start tells a process from a later one with the same number. */
const lockName = /^writing\.(\d+)\.(\d+)\.lock$/;

/**
 * Runs `action` while no other process of this machine may write in `folder`; what killed processes left half written
 * there is removed first. Throws UsageError if another process writes in it, FileError if it cannot be written.
 */
export async function whileLocked<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const lock = takeLock(folder);
  const release = () => {
    try {
      rmSync(lock, { force: true });
    } catch {} // the folder is none any more; the error to report is the one before
  };
  process.once("exit", release); // a second Ctrl-C
  try {
    removeTemporaryFiles(folder);
    return await action();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** Every process has a lock file of its own: it is made before others are looked for, so two never both go on. */
function takeLock(folder: string): string {
  const own = join(folder, `writing.${process.pid}.${startOf(process.pid) ?? 0}.lock`);
  try {
    writeFileSync(own, "");
  } catch (cause) {
    throw new FileError(`Cannot write in the run folder ${shown(folder)}: ${reasonOf(cause)}.`, { cause });
  }
  for (const name of readdirSync(folder)) {
    const [, pid, start] = lockName.exec(name) ?? [];
    const path = join(folder, name);
    if (pid === undefined || path === own) continue;
    if (isRunning(Number(pid), Number(start))) {
      rmSync(own, { force: true });
      throw new UsageError(
        `Process ${pid} is writing in ${shown(folder)}. Wait for its end, stop it (kill ${pid}), or name another folder with --out.`,
      );
    }
    rmSync(path, { force: true });
  }
  return own;
}

/** Below a run folder; in any other one it may only be the config.json that a run was killed over. */
function removeTemporaryFiles(folder: string): void {
  const isRun = existsSync(join(folder, "config.json"));
  for (const name of readdirSync(folder, { encoding: "utf8", recursive: isRun })) {
    const pid = writerOf(name);
    if (pid === undefined || !(isRun || name.startsWith("config.json."))) continue;
    const path = join(folder, name);
    const left = pid === process.pid || !isRunning(pid);
    if (left && statSync(path, { throwIfNoEntry: false })?.isFile()) rmSync(path, { force: true });
  }
}

/** Whether the process is there and, where that is known, the one that began at `start`. */
function isRunning(pid: number, start = 0): boolean {
  if (!processExists(pid)) return false;
  const now = startOf(pid);
  return now !== undefined && (start === 0 || now === 0 || now === start);
}

/** Of a process, in ticks since the machine was started; 0 where it cannot be told, undefined once the process has ended. */
function startOf(pid: number): number | undefined {
  const fields = processFields(pid);
  if (!fields) return 0; // not Linux
  return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]); // a zombie has ended
}
