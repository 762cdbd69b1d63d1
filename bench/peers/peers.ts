/** @file Who is compared, and how a process of each is started. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPython, pythons } from "./python.ts";

export interface Peer {
  /** library, backend and, where the library does not start them by itself, `threads` */
  readonly name: string;
  readonly file: string;
  readonly backend: string;
}

export const folder = fileURLToPath(new URL(".", import.meta.url));

/** wgrad is first: the others are held against it. */
export const peers: readonly Peer[] = [
  { name: "wgrad", file: "wgrad.ts", backend: "webgpu" },
  { name: "tensorflow-webgpu", file: "tensorflow.ts", backend: "webgpu" },
  { name: "tensorflow-wasm", file: "tensorflow.ts", backend: "wasm" },
  { name: "tensorflow-wasm-threads", file: "tensorflow.ts", backend: "wasm-threads" },
  { name: "tensorflow-cpu", file: "tensorflow.ts", backend: "cpu" },
  { name: "jax-webgpu", file: "jax.ts", backend: "webgpu" },
  { name: "jax-wasm", file: "jax.ts", backend: "wasm" },
  { name: "jax-wasm-threads", file: "jax.ts", backend: "wasm-threads" },
  { name: "pytorch-cpu", file: "pytorch.py", backend: "cpu" },
  { name: "pytorch-cpu-threads", file: "pytorch.py", backend: "cpu-threads" },
  { name: "pytorch-cuda", file: "pytorch.py", backend: "cuda" },
];

/** Program and arguments of a peer's process, or why there can be none. */
export type Command = { readonly words: readonly [string, ...string[]] } | { readonly reason: string };

export function commandOf(peer: Peer, job: string, seconds: number): Command {
  const script = join(folder, peer.file);
  const options = [job, String(seconds), peer.backend];
  if (!peer.file.endsWith(".py")) {
    return { words: [process.execPath, "--import", "tsx", script, ...options] };
  }
  const python = findPython();
  if (!python) return { reason: `no Python with torch (tried ${pythons.join(", ")})` };
  return { words: [python, script, ...options] };
}

/** Installs what package.json beside this file pins, unless it is there. Throws if npm fails. */
export function installPeers(): void {
  if (
    existsSync(join(folder, "node_modules/@jax-js/jax")) &&
    existsSync(join(folder, "node_modules/@tensorflow"))
  )
    return;
  console.log("installing TensorFlow.js and jax-js into bench/peers ...");
  const { status } = spawnSync("npm", ["ci"], { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error(`npm ci in ${folder} failed with status ${status}.`);
}
