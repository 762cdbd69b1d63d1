/** @file The batches that a generator makes, one after the other, and its end. */
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { HostData } from "./samples.ts";

/** One batch in main memory. */
export type HostBatch = HostData;

type BatchIterable = Iterable<HostBatch> | AsyncIterable<HostBatch>;

/**
 * Batches one after the other: an array of them, anything that can be iterated, also asynchronously, or a function that
 * returns such, as a `function*`. Where the batches end they begin anew; only a generator that was made before cannot.
 */
export type BatchGenerator = BatchIterable | (() => BatchIterable);

export function isBatchGenerator(source: unknown): source is BatchGenerator {
  return typeof source === "function" || isIterable(source);
}

function isIterable(source: unknown): source is BatchIterable {
  if (typeof source !== "object" || source === null) return false;
  return Symbol.asyncIterator in source || Symbol.iterator in source;
}

export class BatchIterator {
  readonly #source: BatchGenerator;
  readonly #signal: AbortSignal | undefined;
  #iterator: Iterator<HostBatch> | AsyncIterator<HostBatch>;
  /** batches since it began anew */
  #taken = 0;
  /** the generator was asked and has not answered */
  #waiting = false;

  /** The generator is waited for until it answers, or `signal` aborts. */
  constructor(source: BatchGenerator, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    this.#iterator = iteratorOf(source);
  }

  /** The next batch; "ended" if there is none, "aborted" if the signal came first. */
  async next(): Promise<HostBatch | "ended" | "aborted"> {
    this.#waiting = true;
    const answer = (async () => ({ result: await this.#iterator.next() }))();
    const answered = await unlessAborted(answer, this.#signal);
    if (!answered) return "aborted";
    this.#waiting = false;
    const { result } = answered;
    requireResult(result);
    if (!result.done) {
      this.#taken++;
      return result.value;
    }
    if (this.#taken === 0 || !this.#canRestart) return "ended";
    this.#iterator = iteratorOf(this.#source);
    this.#taken = 0;
    return this.next();
  }

  /** A generator that was made before gives itself as its iterator. */
  get #canRestart(): boolean {
    return (this.#iterator as unknown) !== this.#source;
  }

  /** Goes on `count` batches from the beginning, where there is a beginning to go to: of a resumed training. */
  async skip(count: number): Promise<void> {
    if (!this.#canRestart) return;
    const rounds = Array.isArray(this.#source) ? count % this.#source.length : count;
    for (let i = 0; i < rounds; i++) if (typeof (await this.next()) === "string") return;
  }

  /** Tells the generator that no more is wanted, so that its `finally` blocks run; it may have more to answer before. */
  async close(): Promise<void> {
    const closed = this.#iterator.return?.();
    if (!this.#waiting) await closed;
    else void Promise.resolve(closed).catch(() => {});
  }
}

function iteratorOf(source: BatchGenerator): Iterator<HostBatch> | AsyncIterator<HostBatch> {
  const batches: unknown = typeof source === "function" ? source() : source;
  if (!isIterable(batches)) {
    throw new ArgumentError(
      `fit: the function must return batches to iterate over, as function* does, got ${written(batches)}.`,
    );
  }
  const iterator =
    Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
  if (typeof iterator?.next === "function") return iterator;
  throw new ArgumentError(
    `fit: what is iterated must give an iterator with next(), got ${written(iterator)}.`,
  );
}

/** Iterators that somebody wrote by hand may forget their result. */
function requireResult(result: unknown): void {
  if (typeof result === "object" && result !== null) return;
  throw new ArgumentError(`fit: next() of an iterator gives { value, done }, got ${written(result)}.`);
}

/** What `work` gives, or undefined as soon as `signal` aborts; what becomes of `work` then is of no interest. */
async function unlessAborted<T>(
  work: T | Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (!signal) return work;
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
