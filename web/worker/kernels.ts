/** @file Kernels that the visitor edits: checked and timed in a worker of their own, and only what passed may train. */
import { proxy, proxyMarker, type Remote, wrap } from "comlink";
import { UsageError } from "../../engine/errors.ts";
import type { Engine } from "../../engine/index.ts";
import type { KernelVerdict } from "../../lessons/properties/check.ts";
import type { CompilerMessage } from "../../lessons/properties/messages.ts";
import type { Bench } from "./bench.ts";
import { hashOf } from "./hash.ts";
import type {
  KernelFacts,
  KernelOutcome,
  KernelText,
  KernelTiming,
  LadderEvent,
  LadderName,
} from "./kernels-protocol.ts";

/** Random cases of a check. */
const cases = 8;

/** A worker from which nothing is heard for so long is ended: the largest compilations in software take a few seconds. */
const patienceSeconds = 45;

/** The worker of a bench was ended. */
class Silence extends Error {}

interface OpenBench {
  readonly worker: Worker;
  readonly remote: Remote<Bench>;
}

export class Kernels {
  /** the page calls its methods, and never copies it */
  readonly [proxyMarker] = true;
  readonly #trained: () => Engine | undefined;
  #open: OpenBench | undefined;
  /** what the trainings that open from now on take in place of a shipped text */
  wanted: KernelText | undefined;
  /** kernels and texts that have passed */
  readonly #passed = new Set<string>();

  /** `trained`: the engine of the open training. */
  constructor(trained: () => Engine | undefined) {
    this.#trained = trained;
  }

  /** Every kernel that has a check, in the order of their families. */
  list(): Promise<KernelFacts[]> {
    return this.#ask((bench) => bench.list());
  }

  /** Ids of the kernels that the open training launches. */
  launched(): string[] {
    return [...(this.#trained()?.pipelines.kernels ?? [])];
  }

  /** What the compiler says of a text. */
  messages(text: string): Promise<CompilerMessage[]> {
    return this.#ask((bench) => bench.messages(text));
  }

  /** Whether the kernel's text computes what the reference does; a text that passed may train. */
  async check(
    kernel: string,
    text: string,
    seed: number,
    tell: (done: number, all: number) => void,
  ): Promise<KernelOutcome> {
    try {
      const outcome = await this.#ask<KernelVerdict>(async (bench, heard) => {
        const told = proxy((done: number, all: number) => {
          heard();
          tell(done, all);
        });
        return bench.check(kernel, text, seed, cases, told);
      });
      if (outcome.kind === "passed") this.#passed.add(keyOf(kernel, text));
      return outcome;
    } catch (error) {
      if (error instanceof Silence) return { kind: "silent", seconds: patienceSeconds };
      return { kind: "lost", message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The text against the shipped variants of its op, on a fixed problem. Throws UsageError for one that has not passed. */
  async time(kernel: string, text: string): Promise<KernelTiming> {
    this.#requirePassed(kernel, text);
    return this.#ask((bench, heard) => bench.time(kernel, text, proxy(heard)));
  }

  /** Measures these ladders, rung by rung. */
  async climb(ladders: readonly LadderName[], tell: (event: LadderEvent) => void): Promise<void> {
    return this.#ask((bench, heard) => {
      const told = proxy((event: LadderEvent) => {
        heard();
        tell(event);
      });
      return bench.climb(ladders, told);
    });
  }

  /** The next training that opens takes this text. Throws UsageError for one that has not passed. */
  async use(kernel: string, text: string): Promise<void> {
    this.#requirePassed(kernel, text);
    this.wanted = { kernel, text, hash: await hashOf(new TextEncoder().encode(text)) };
  }

  /** The next training that opens takes the shipped texts. */
  useShipped(): void {
    this.wanted = undefined;
  }

  #requirePassed(kernel: string, text: string): void {
    if (this.#passed.has(keyOf(kernel, text))) return;
    throw new UsageError(`This text of ${kernel} has not passed its check: check it first.`);
  }

  /** Asks the bench, which is ended if it is silent for too long; `heard` says that it is not. */
  async #ask<T>(question: (bench: Remote<Bench>, heard: () => void) => Promise<T>): Promise<T> {
    const { worker, remote } = this.#bench();
    const ending = new AbortController();
    try {
      return await new Promise<T>((resolve, reject) => {
        let timer: ReturnType<typeof setTimeout>;
        const heard = () => {
          clearTimeout(timer);
          timer = setTimeout(() => reject(new Silence()), 1000 * patienceSeconds);
        };
        ending.signal.addEventListener("abort", () => clearTimeout(timer));
        const failed = ({ message }: ErrorEvent) => reject(new Error(message));
        worker.addEventListener("error", failed, { signal: ending.signal });
        heard();
        question(remote, heard).then(resolve, reject);
      });
    } catch (error) {
      this.#end(); // it may have lost its device, or wait for ever
      throw error;
    } finally {
      ending.abort();
    }
  }

  #bench(): OpenBench {
    if (!this.#open) {
      const worker = new Worker(new URL("./bench.ts", import.meta.url), { type: "module" });
      this.#open = { worker, remote: wrap<Bench>(worker) };
    }
    return this.#open;
  }

  #end(): void {
    this.#open?.worker.terminate();
    this.#open = undefined;
  }
}

function keyOf(kernel: string, text: string): string {
  return `${kernel}\n${text}`;
}
