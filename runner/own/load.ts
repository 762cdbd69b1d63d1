/** @file Loading a file that declares an experiment, with errors that say where in it they arose. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { FileError, UsageError, WgradError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { reasonOf } from "../../engine/platform/node/builtins.ts";
import type { Experiment, TrainingExperiment } from "../experiment.ts";
import { shown } from "../store/run-folder.ts";
import { experimentOf } from "./declared.ts";
import type { ExperimentDeclaration } from "./define.ts";

const endings = [".ts", ".mts", ".js", ".mjs"];

/** Whether what was typed is a file, not the id of an experiment that wgrad brings. */
export function isFile(name: string): boolean {
  return /[/\\]/.test(name) || /\.[cm]?[jt]sx?$/.test(name);
}

/**
 * @throws UsageError if there is no such file
 * @throws FileError if it cannot be loaded, or declares no sound experiment; with its line where there is one
 */
export async function loadExperiment(typed: string): Promise<TrainingExperiment> {
  const path = resolve(typed);
  if (!existsSync(path)) throw new UsageError(`There is no file ${typed}.`);
  if (!endings.includes(extname(path)))
    throw new UsageError(`${typed} is no file with an experiment: its name ends in ${endings.join(", ")}.`);
  const sha256 = createHash("sha256").update(contents(path)).digest("hex");
  const module = await imported(path);
  const declaration = exported(path, module);
  const call = <T>(what: string, action: () => T): T => {
    try {
      const value = action();
      if (!(value instanceof Promise)) return value;
      return value.catch((cause: unknown) => {
        throw inFile(path, cause, `${what}: `);
      }) as T;
    } catch (cause) {
      throw inFile(path, cause, `${what}: `);
    }
  };
  try {
    const name = basename(path, extname(path));
    return experimentOf(declaration as ExperimentDeclaration, { name, file: { path, sha256 }, call });
  } catch (cause) {
    throw cause instanceof FileError ? cause : inFile(path, cause);
  }
}

function contents(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new FileError(`Cannot read ${shown(path)}: ${reasonOf(cause)}.`, { cause });
  }
}

async function imported(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    throw inFile(path, cause);
  }
}

/** CommonJS has its exports once more below `default`. */
function exported(path: string, module: Record<string, unknown>): object {
  const inner = module.default as Record<string, unknown> | undefined;
  const found = inner?.default ?? module.experiment ?? inner?.experiment ?? inner;
  if (typeof found === "object" && found !== null) return found;
  const names = Object.keys(module).filter((name) => name !== "default" && name !== "module.exports");
  const has =
    found !== undefined
      ? `Its default export is ${written(found)}.`
      : names.length > 0
        ? `It exports ${names.join(", ")}.`
        : "It exports nothing.";
  throw new FileError(
    `${shown(path)} declares no experiment: write \`export default defineExperiment({ ... })\`, or export it as \`experiment\`. ${has}`,
  );
}

/** An error that arose in the user's file while it ran, e.g. in a callback, says where; others stay as they are. */
export function explained(error: unknown, { file }: Pick<Experiment, "file">): unknown {
  if (!file || error instanceof WgradError || placeOf(file.path, error).line === undefined) return error;
  return inFile(file.path, error);
}

/** `my-experiment.ts:12: Dense: ...` */
function inFile(path: string, cause: unknown, before = ""): FileError {
  const { line, message } = placeOf(path, cause);
  const place = `${shown(path)}${line === undefined ? "" : `:${line}`}`;
  return new FileError(`${place}: ${before}${message}`, { cause });
}

function placeOf(path: string, cause: unknown): { readonly line?: string; readonly message: string } {
  if (!(cause instanceof Error)) return { message: `it threw ${written(cause)}` };
  const { message, stack = "", name } = cause;
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const syntax = new RegExp(`${escaped}:(\\d+):\\d+: ERROR: (.*)`).exec(message); // of esbuild, which reads TypeScript
  if (syntax) return { line: syntax[1]!, message: `syntax error: ${syntax[2]}` };
  const plain = stack.replaceAll(/file:\/\/[^\s)]+?(?=[:?)]|\s|$)/g, (url) => fileURLToPath(url));
  const line = new RegExp(`${escaped}(?:\\?[^:\\s]*)?:(\\d+)`).exec(plain)?.[1];
  const text = message.split("\n")[0]!;
  return {
    ...(line === undefined ? {} : { line }),
    message: cause instanceof WgradError || name === "Error" ? text : `${name}: ${text}`,
  };
}
