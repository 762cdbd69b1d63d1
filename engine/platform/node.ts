/** @file Node, and what is like it (Deno, Bun): Dawn and its drivers, files, the environment. */
import { FileError } from "../errors.ts";
import { advice, openGpu, openSoftwareGpu } from "./node/dawn.ts";
import { lineOutput } from "./node/line-output.ts";
import { patiently } from "./node/patience.ts";
import { fileStore } from "./node/store.ts";
import type { Platform } from "./platform.ts";

export const platform: Platform = {
  environment: (name) => process.env[name],
  processors: () => process.getBuiltinModule("node:os").availableParallelism(),
  shaderText: (path) =>
    process.getBuiltinModule("node:fs").readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"),
  patiently,
  openGpu,
  openSoftwareGpu,
  advice,
  lineOutput: () => lineOutput(process.stdout, process.env.TERM),
  files: fileStore,
  download: async (path) => {
    throw new FileError(
      `Cannot download ${path}: it is a file of this computer already. Downloads are for pages.`,
    );
  },
};
