/** @file A body whose launches leave no trace: what it changes of memory that was there before is put back afterwards. */
import type { Engine } from "../device.ts";
import { WgradError } from "../errors.ts";
import { type Launch, type LaunchWatch, type Storage, Tensor } from "../tensor.ts";
import { copyOf } from "./commands-of.ts";

/** Runs `body` while `watch` sees all launches. Throws WgradError if somebody watches already. */
export function watchLaunches<R>(engine: Engine, watch: LaunchWatch, body: () => R): R {
  if (engine.watch) throw new WgradError("watch: somebody watches the launches of this engine already.");
  engine.watch = watch;
  try {
    return body();
  } finally {
    engine.watch = undefined;
  }
}

/** All of a storage as words. */
function wordsOf(engine: Engine, storage: Storage): Tensor<"u32"> {
  return new Tensor(engine, [storage.bytes / 4], "u32", storage).retain();
}

/** What a storage holds at this moment, in memory of its own; the caller disposes of it. */
export function copyOfStorage(engine: Engine, storage: Storage): Tensor<"u32"> {
  const source = wordsOf(engine, storage);
  const copy = engine.keep(engine.allocate(source.shape, "u32", "a copy"));
  engine.commands.add(copyOf(source, copy));
  source.release();
  return copy;
}

/** Keeps what was in memory before launches change it. */
export class Undo implements LaunchWatch {
  readonly #engine: Engine;
  readonly #own = new Set<Storage>();
  readonly #before = new Map<Storage, Tensor<"u32">>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  made(storage: Storage): void {
    this.#own.add(storage);
  }

  launching({ writes }: Launch): void {
    for (const { storage } of writes) {
      if (this.#own.has(storage) || this.#before.has(storage)) continue;
      storage.retain();
      this.#before.set(storage, copyOfStorage(this.#engine, storage));
    }
  }

  launched({ what, writes }: Launch): void {
    const outside = writes.some(({ storage }) => !this.#own.has(storage));
    if (what === "upload" && outside)
      throw new WgradError("watch: an upload changes memory that was there before the launches are watched.");
  }

  /** Memory that was there before and was changed. */
  get changed(): readonly Storage[] {
    return [...this.#before.keys()];
  }

  /** Puts everything back. */
  end(): void {
    for (const [storage, copy] of this.#before) {
      const target = wordsOf(this.#engine, storage);
      this.#engine.commands.add(copyOf(copy, target));
      for (const tensor of [target, copy]) tensor.release();
      storage.release();
    }
    this.#before.clear();
  }
}

/** Runs `body`; then the memory that was there before is as it was, to the last bit. */
export function withoutTrace<R>(engine: Engine, body: () => R): R {
  const undo = new Undo(engine);
  try {
    return watchLaunches(engine, undo, body);
  } finally {
    undo.end();
  }
}
