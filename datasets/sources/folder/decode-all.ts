/** @file Photographs decoded side by side, one thread a core. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { FileError, WgradError } from "../../../engine/errors.ts";
import { decodeFile, type Preparation, type PreparedImage } from "./decode-file.ts";
import type { Answer } from "./decode-worker.ts";

export interface DecodeAllOptions {
  readonly preparation: Preparation;
  /** threads at most; default one a core */
  readonly threads?: number;
  /** a photograph is there, or turned out to be broken */
  readonly onImage: (index: number, image: PreparedImage | FileError) => void;
}

/** Fewer photographs than this for each thread are decoded before the threads have started. */
const fewForThread = 16;

/**
 * Decodes all files, in any order. What `onImage` throws ends it.
 * @throws WgradError if there is no decoder
 */
export async function decodeAll(paths: readonly string[], options: DecodeAllOptions): Promise<void> {
  const most = options.threads ?? availableParallelism();
  const threads = Math.min(most, Math.floor(paths.length / fewForThread));
  if (threads > 1) return decodeInThreads(paths, threads, options);
  for (const [index, path] of paths.entries()) {
    const image = await decodeFile(path, options.preparation).catch((error) => {
      if (error instanceof FileError) return error;
      throw error;
    });
    options.onImage(index, image);
  }
}

async function decodeInThreads(
  paths: readonly string[],
  threads: number,
  { preparation, onImage }: DecodeAllOptions,
): Promise<void> {
  const workers = Array.from({ length: threads }, () => startWorker(preparation));
  let next = 0;
  const work = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      let index = next++;
      const ask = () => (index < paths.length ? worker.postMessage(paths[index]) : resolve());
      worker.on("message", (answer: Answer) => {
        try {
          onImage(index, received(answer));
          index = next++;
          ask();
        } catch (error) {
          reject(error);
        }
      });
      worker.on("error", reject);
      worker.on("exit", () =>
        reject(new WgradError(`A thread that decodes photographs ended at ${paths[index]}.`)),
      );
      ask();
    });
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function received(answer: Answer): PreparedImage | FileError {
  if (answer.kind === "image") return answer;
  if (answer.kind === "broken") return new FileError(answer.message);
  throw answer.ours ? new WgradError(answer.message) : new Error(answer.message);
}

/** In the published package the thread is JavaScript; in a clone it is TypeScript, which the .mjs lets Node run. */
function startWorker(preparation: Preparation): Worker {
  const ending = import.meta.url.endsWith(".ts") ? "mjs" : "js";
  return new Worker(new URL(`./decode-worker.${ending}`, import.meta.url), { workerData: preparation });
}
