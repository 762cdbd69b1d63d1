/** @file A page, or a worker of one: the browser's own WebGPU, and files of the page's origin. */
import { download } from "./browser/download.ts";
import { fileStore } from "./browser/store.ts";
import type { Platform } from "./platform.ts";

export const platform: Platform = {
  environment: () => undefined,
  processors: () => globalThis.navigator?.hardwareConcurrency ?? 1,
  shaderText: (path) => {
    throw new Error(`A page has no file ${path}: a build gives every kernel its text.`);
  },
  patiently: (work) => work, // browsers do not poll, and may not block their main thread
  openGpu: async () => globalThis.navigator?.gpu,
  openSoftwareGpu: async () => undefined,
  advice: () =>
    "This browser offers no WebGPU adapter. Chrome 113, Safari 26, Firefox 141 and newer do, in pages from https or localhost.",
  lineOutput: () => ({ line: (text) => console.log(text) }),
  files: fileStore,
  download,
};
