/** @file Files of the built page: none above its folder, whatever the address says. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};

/** The file below `folder` that the path of an address names; undefined if there is none, or it leads elsewhere. */
export function readStatic(folder: string, path: string): { type: string; body: Uint8Array } | undefined {
  try {
    const name = decodeURIComponent(path);
    const file = realpathSync(join(folder, name.endsWith("/") ? `${name}index.html` : name));
    const type = types[extname(file)];
    if (!file.startsWith(realpathSync(folder) + sep) || type === undefined || !statSync(file).isFile())
      return undefined;
    return { type, body: readFileSync(file) };
  } catch {
    return undefined; // no such file, no such name
  }
}
