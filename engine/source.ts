/**
 * @file Where shader text comes from: the file beside the op. In Node it is read from disk; a browser build hands
 * the texts over with `provideSources`, because a page cannot read files synchronously.
 */
import { KernelError } from "./errors.ts";

const provided = new Map<string, string>();

/** Registers shader texts by file name as `kernel()` names them, relative to the project: "kernels/dense/x.wgsl". */
export function provideSources(sources: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(sources)) provided.set(path, text);
}

/** Reads the shader at `url`. Throws KernelError if it is neither provided nor on disk. */
export function readSource(url: URL): string {
  for (const [path, text] of provided) if (url.pathname.endsWith(`/${path}`)) return text;
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (!fs)
    throw new KernelError(
      `No source for ${url.pathname}: call provideSources() before the first kernel runs.`,
    );
  try {
    return fs.readFileSync(url, "utf8");
  } catch (cause) {
    throw new KernelError(`Cannot read the shader ${url.pathname}.`, { cause });
  }
}
