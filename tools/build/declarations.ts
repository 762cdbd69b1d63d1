/** @file Declarations that nobody's compiler opens: of modules that no public one leads to. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { importsOf } from "./imports.ts";

/** Removes the declarations below `folder` that the modules `entries`, paths below it, do not lead to. */
export function dropUnreachableDeclarations(
  folder: string,
  declarations: readonly string[],
  entries: readonly string[],
): void {
  const reached = new Set<string>();
  const open = entries.map((entry) => join(folder, entry));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const name of importsOf(readFileSync(file, "utf8")))
      if (name.startsWith(".")) open.push(declarationOf(join(dirname(file), name)));
  }
  for (const path of declarations) if (!reached.has(join(folder, path))) rmSync(join(folder, path));
}

function declarationOf(module: string): string {
  const file = module.replace(/(\.d)?\.[jt]s$/, ".d.ts");
  if (!existsSync(file)) throw new Error(`${module} has no declaration.`);
  return file;
}
