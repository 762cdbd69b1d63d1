/** @file h5wasm, the HDF5 library compiled to WebAssembly: loaded when the first file is opened, in Node and in a page alike. */
import type * as Library from "h5wasm";
import { FileError, WgradError } from "../../engine/errors.ts";

export type Hdf5Library = typeof Library;
export type Hdf5Module = Awaited<Hdf5Library["ready"]>;

let files = 0;

/** Throws WgradError if the package is not installed. */
async function library(): Promise<Hdf5Library> {
  try {
    return await import("h5wasm");
  } catch (cause) {
    throw new WgradError("HDF5 files (.h5, .keras) need the package h5wasm: npm i h5wasm", { cause });
  }
}

/**
 * Runs `body` on a file in the library's memory, which is gone afterwards. Whatever the library itself throws, even where
 * WebAssembly breaks off, becomes a FileError about `what`.
 */
export async function withFile<R>(
  what: string,
  bytes: Uint8Array | undefined,
  body: (library: Hdf5Library, path: string, module: Hdf5Module) => R,
): Promise<R> {
  const loaded = await library();
  const module = await loaded.ready;
  module.activate_throwing_error_handler(); // else it writes its own long reports to the terminal
  const path = `wgrad-${files++}.h5`;
  try {
    if (bytes) module.FS.writeFile(path, bytes);
    return onWholeStack(module, () => body(loaded, path, module));
  } catch (cause) {
    if (cause instanceof WgradError) throw cause;
    throw new FileError(`${what}: the HDF5 file is damaged or truncated: ${reasonOf(cause)}.`, { cause });
  } finally {
    if (module.FS.analyzePath(path).exists) module.FS.unlink(path);
  }
}

/** What of Emscripten's side of a module is used; functions of it have an underscore before their names. */
interface Emscripten {
  ccall(name: string, result: null, kinds: readonly "string"[], values: readonly string[]): void;
  _callBody?: () => void;
}

/**
 * What `body` gives or throws. An error leaves a piece of the library's stack taken, so that some thousand damaged files would use
 * it up, and it would write over its own data. Emscripten's ccall() puts the stack back as it was before a call with a text.
 */
function onWholeStack<R>(module: Hdf5Module, body: () => R): R {
  const emscripten = module as unknown as Emscripten;
  let outcome: { readonly value: R } | { readonly error: unknown } | undefined;
  emscripten._callBody = () => {
    try {
      outcome = { value: body() };
    } catch (error) {
      outcome = { error };
    }
  };
  emscripten.ccall("callBody", null, ["string"], ["a text"]);
  if (outcome && "value" in outcome) return outcome.value;
  throw outcome?.error;
}

/** The library reports every function that an error went through; the innermost says what it is. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const innermost = [...message.matchAll(/#\d+: .*\(\): (.*)/g)].at(-1);
  return (innermost?.[1] ?? message.split("\n")[0]!).replace(/[.\s]+$/, "");
}
