/** @file Photographs decoded side by side, by threads that each take the next one that somebody waits for. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { FileError, WgradError } from "../../../engine/errors.ts";
import { decodeFile, type Preparation, type PreparedImage } from "./decode-file.ts";
import type { Answer } from "./decode-worker.ts";

/** Fewer photographs than this for each thread are decoded before the threads have started. */
const fewForThread = 16;

interface Job {
  readonly path: string;
  readonly resolve: (image: PreparedImage | FileError) => void;
  readonly reject: (error: unknown) => void;
}

export class DecodePool {
  /** photographs that are decoded at the same time */
  readonly lanes: number;
  readonly #preparation: Preparation;
  readonly #waiting: Job[] = [];
  readonly #idle: Worker[] = [];
  readonly #running = new Map<Worker, Job | undefined>();
  /** without threads: a photograph is being decoded in this one */
  #busy = false;
  #closed = false;

  /** For about so many photographs; `threads` at most, by default one a core. They start when they are needed. */
  constructor(preparation: Preparation, photographs: number, threads = availableParallelism()) {
    this.#preparation = preparation;
    this.lanes = Math.max(1, Math.min(threads, Math.floor(photographs / fewForThread)));
  }

  /** The photograph, or why its file is broken. Rejects with WgradError if there is no decoder, or the pool is closed. */
  decode(path: string): Promise<PreparedImage | FileError> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closedAt(path));
      this.#waiting.push({ path, resolve, reject });
      this.#next();
    });
  }

  /** Ends the threads; what is waited for is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    const jobs = [...this.#waiting.splice(0), ...this.#running.values()];
    const workers = [...this.#running.keys()];
    this.#running.clear();
    for (const job of jobs) job?.reject(closedAt(job.path));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.lanes === 1) return void this.#decodeHere();
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop() ?? (this.#running.size < this.lanes ? this.#start() : undefined);
      if (!worker) return;
      const job = this.#waiting.shift()!;
      this.#running.set(worker, job);
      worker.ref(); // a thread at work keeps the process alive, an idle one does not
      worker.postMessage(job.path);
    }
  }

  async #decodeHere(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) {
      const { resolve, reject } = job;
      await decodeFile(job.path, this.#preparation).then(resolve, (error) =>
        error instanceof FileError ? resolve(error) : reject(error),
      );
    }
    this.#busy = false;
  }

  /** In the published package the thread is JavaScript; in a clone it is TypeScript, which the .mjs lets Node run. */
  #start(): Worker {
    const ending = import.meta.url.endsWith(".ts") ? "mjs" : "js";
    const worker = new Worker(new URL(`./decode-worker.${ending}`, import.meta.url), {
      workerData: this.#preparation,
    });
    this.#running.set(worker, undefined);
    worker.on("message", (answer: Answer) => {
      const job = this.#running.get(worker);
      if (!job) return;
      this.#running.set(worker, undefined);
      this.#idle.push(worker);
      worker.unref();
      settle(job, answer);
      this.#next();
    });
    worker.on("error", (cause: Error) => this.#lost(worker, `: ${cause.message}`));
    worker.on("exit", () => this.#lost(worker, "."));
    return worker;
  }

  /** A thread that ended by itself; the others go on. */
  #lost(worker: Worker, why: string): void {
    const job = this.#running.get(worker);
    if (!this.#running.delete(worker)) return;
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    job?.reject(new WgradError(`A thread that decodes photographs ended at ${job.path}${why}`));
    this.#next();
  }
}

function settle({ resolve, reject }: Job, answer: Answer): void {
  if (answer.kind === "image") resolve(answer);
  else if (answer.kind === "broken") resolve(new FileError(answer.message));
  else reject(answer.ours ? new WgradError(answer.message) : new Error(answer.message));
}

function closedAt(path: string): WgradError {
  return new WgradError(`${path} is not decoded any more: the folder was closed.`);
}
