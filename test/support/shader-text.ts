/** @file Kernels of tests bring their WGSL along, from a file beside the test. */
import { readFileSync } from "node:fs";

/** The text of `file`, relative to the module whose `import.meta.url` is `base`. */
export function shaderText(base: string, file: string): string {
  return readFileSync(new URL(file, base), "utf8");
}
