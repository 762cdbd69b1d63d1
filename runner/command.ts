/** @file Commands in messages, as the reader would type them: by the words that this one was called with. */

import { isAbsolute } from "node:path";
import { shown } from "./store/run-folder.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `npm run train -- svhn-c` where npm runs a script of this project, `npx wgrad train svhn-c` where npm found the program,
 * else `wgrad train svhn-c`. npm says so in the environment.
 */
export function command(name: string, words = "", environment: Environment = process.env): string {
  if (runsScript(environment)) return `npm run ${name}${words && ` -- ${words}`}`;
  const isInstalled = environment.npm_command !== undefined;
  return `${isInstalled ? "npx " : ""}wgrad ${name}${words && ` ${words}`}`;
}

/** What is typed for an experiment: its id, or the file that declares it. */
export function typedName({ id, file }: { readonly id: string; readonly file?: { readonly path: string } }) {
  if (!file) return id;
  const path = shown(file.path);
  return quoted(isAbsolute(path) || path.startsWith(".") ? path : `./${path}`);
}

/** A path or a setting as a shell takes it for one word. */
export function quoted(text: string): string {
  return /^[\w./+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Of this project: each command has a script of its name. */
export function runsScript({ npm_lifecycle_script: script = "" }: Environment = process.env): boolean {
  return script.includes("cli/wgrad.mjs");
}
