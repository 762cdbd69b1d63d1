/**
 * @file WebAssembly threads, which jax-js and TensorFlow.js start in browsers only: a blob: URL is a file's path here.
 * Imported before them, for its effect; only the backends named `...-threads` get it.
 */
import { writeFileSync } from "node:fs";
import { Worker as Thread } from "node:worker_threads";

const [, , folder = "", , backend = ""] = process.argv;
let blobs = 0;

/** What TensorFlow.js's factory misses once its text is outside of its bundle. */
const bundled = `
  URL.createObjectURL = String;
  var require$$0 = require("fs"), require$$1 = require("path");
  var commonjsGlobal = globalThis;
  var require$$3 = require("perf_hooks"), require$$4 = require("os");
`;

/** Writes a script to the job's folder and stands for its path: as an object, since TensorFlow.js tells blobs by that. */
function ScriptBlob(parts: readonly string[]): object {
  const path = `${folder}/blob-${blobs++}.cjs`;
  writeFileSync(path, bundled + parts.join(""));
  return Object(path) as object;
}

/** A browser's interface to a thread, and within it. */
class WebWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | undefined;
  onerror: ((error: unknown) => void) | undefined;
  readonly #thread: Thread;

  constructor(path: string) {
    const script = `
      const { parentPort } = require("node:worker_threads");
      globalThis.self = globalThis;
      globalThis.postMessage = (message) => parentPort.postMessage(message);
      parentPort.on("message", (data) => self.onmessage({ data }));
      require(${JSON.stringify(path)});
    `;
    this.#thread = new Thread(script, { eval: true, execArgv: [] });
    this.#thread.on("message", (data: unknown) => this.onmessage?.({ data }));
    this.#thread.on("error", (error) => this.onerror?.(error));
  }

  postMessage(message: unknown): void {
    this.#thread.postMessage(message);
  }
}

if (backend.endsWith("-threads")) {
  Object.assign(globalThis, { Blob: ScriptBlob, Worker: WebWorker });
  Object.assign(URL, { createObjectURL: String, revokeObjectURL: () => undefined });
}
