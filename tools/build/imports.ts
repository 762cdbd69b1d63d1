/** @file The imports of a compiled module, and where they lead once the rooms lie in two packages. */
import { posix } from "node:path";
import ts from "typescript";
import { libraryRooms } from "./packages.ts";

/** What a module imports, as it is written there. */
export function importsOf(code: string): string[] {
  return ts.preProcessFile(code).importedFiles.map(({ fileName }) => fileName);
}

/** The module with the imports of the library's rooms, "../engine/errors.js", by the library's name. `path`: below the root. */
export function importLibraryByName(code: string, path: string): string {
  let result = code;
  for (const { fileName, pos } of ts.preProcessFile(code).importedFiles.reverse()) {
    const target = posix.join(posix.dirname(path), fileName);
    if (!fileName.startsWith(".") || !libraryRooms.includes(target.split("/")[0]!)) continue;
    const name = `wgrad/internal/${target.replace(/\.[jt]s$/, "")}`;
    const start = code.indexOf(fileName, pos);
    result = result.slice(0, start) + name + result.slice(start + fileName.length);
  }
  return result;
}

/** The packages that a module imports. */
export function packagesOf(code: string): string[] {
  return importsOf(code)
    .filter((name) => !/^(\.|#|node:)/.test(name))
    .map((name) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    );
}
