/** @file Modules and declarations that nobody opens: no public module leads to them. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { importsOf } from "./imports.ts";

/**
 * Removes the files below `folder` with this ending that the modules `entries`, paths below it without an ending, do not lead to.
 * Throws Error for an import of what is not there.
 */
export function dropUnreachable(
  folder: string,
  ending: ".js" | ".d.ts",
  files: readonly string[],
  entries: readonly string[],
): void {
  const reached = new Set<string>();
  const open = entries.map((entry) => join(folder, `${entry}${ending}`));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const name of importsOf(readFileSync(file, "utf8")))
      if (name.startsWith(".")) open.push(fileOf(join(dirname(file), name), ending));
  }
  for (const path of files) if (!reached.has(join(folder, path))) rmSync(join(folder, path));
}

function fileOf(module: string, ending: ".js" | ".d.ts"): string {
  const file = module.replace(/(\.d)?\.[jt]s$/, ending);
  if (!existsSync(file)) throw new Error(`${module} has no ${ending}.`);
  return file;
}
