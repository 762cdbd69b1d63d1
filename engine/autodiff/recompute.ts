/**
 * @file Activations that are not stored, but computed again when the backward pass comes to them. The tape, its rules and their
 * kernels stay as they are: a kept tensor loses its memory once the forward pass has read it for the last time, and gets other
 * memory with the same values, by the same launches, before a rule reads it. So results are the same to the last bit. A launch
 * that changes what was there before, as the moving statistics of batch normalisation, is never repeated.
 */
import { WgradError } from "../errors.ts";
import type { Launch, LaunchWatch, OpEngine, Storage, Tensor } from "../tensor.ts";
import { type Schedule, type Segment, schedule } from "./segments.ts";

/**
 * For gradients({ recompute }) of one body, which launches the same in every call. The first call keeps everything and finds
 * out what to give up: let it be a dry run.
 */
export class Recomputation {
  /** undefined before the first call */
  schedule: Schedule | undefined;
  /** what the first call launched */
  names: readonly string[] = [];

  begin(engine: OpEngine): RecomputedPass {
    return new RecomputedPass(engine, this);
  }
}

/** One forward and backward pass. */
export class RecomputedPass implements LaunchWatch {
  readonly #engine: OpEngine;
  readonly #plan: Recomputation;
  readonly #launches: Launch[] = [];
  /** in the order in which launches first use them */
  readonly #numbers = new Map<Storage, number>();
  readonly #storages: Storage[] = [];
  readonly #own = new Set<Storage>();
  /** of the segments that have not run again */
  readonly #waiting: Set<Segment>;
  /** by memory, how many of them read it */
  readonly #holding = new Map<number, number>();
  readonly #held = new Set<Storage>();

  constructor(engine: OpEngine, plan: Recomputation) {
    this.#engine = engine;
    this.#plan = plan;
    this.#waiting = new Set(plan.schedule?.segments);
    for (const { holds } of this.#waiting)
      for (const m of holds) this.#holding.set(m, (this.#holding.get(m) ?? 0) + 1);
    if (engine.watch)
      throw new WgradError(
        "gradients: recompute gives memory up, which somebody who watches the launches may read.",
      );
    engine.watch = this;
  }

  made(storage: Storage): void {
    this.#own.add(storage);
  }

  launched(launch: Launch): void {
    const index = this.#launches.push(launch) - 1;
    for (const { storage } of [...launch.reads, ...launch.writes]) this.#number(storage);
    const { names, schedule: found } = this.#plan;
    if (!found) return;
    if (names[index] !== launch.what) throw otherLaunch(index, names[index], launch.what);
    for (const m of found.evictions.get(index) ?? []) this.#storages[m]!.evict();
  }

  /** The forward pass is over; backward rules will read `kept`. */
  end(kept: readonly Tensor[]): void {
    this.#engine.watch = undefined;
    const launches = this.#launches;
    if (this.#plan.schedule) {
      const { names } = this.#plan;
      if (launches.length < names.length)
        throw otherLaunch(launches.length, names[launches.length], "nothing");
      return;
    }
    const storages = new Set(kept.map(({ storage }) => storage));
    const numbers = (tensors: readonly Tensor[]) => tensors.map(({ storage }) => this.#numbers.get(storage)!);
    this.#plan.names = launches.map(({ what }) => what);
    this.#plan.schedule = schedule(
      launches.map(({ reads, writes, again }) => ({
        reads: numbers(reads),
        writes: numbers(writes),
        repeatable: again !== undefined,
      })),
      this.#storages.map((storage) => ({
        bytes: storage.bytes,
        own: this.#own.has(storage),
        kept: storages.has(storage),
      })),
    );
  }

  /** Computes the values of `tensors` again if they were given up, and with them those of their segments. */
  restore(tensors: readonly Tensor[]): void {
    for (const { storage } of tensors) {
      if (storage.resident) continue;
      const { segments, segmentOf } = this.#plan.schedule!;
      this.#repeat(segments[segmentOf.get(this.#numbers.get(storage)!)!]!);
    }
  }

  /** Whether a segment that has not run again reads or writes the memory of `tensor`. */
  needs({ storage }: Tensor): boolean {
    const uses = ({ reads, writes }: Launch) =>
      [...reads, ...writes].some((other) => other.storage === storage);
    return [...this.#waiting].some(({ steps }) => steps.some((index) => uses(this.#launches[index]!)));
  }

  /** Lets go of what segments that never ran again would have read. */
  close(): void {
    this.#engine.watch = undefined;
    for (const storage of this.#held) storage.release();
    this.#held.clear();
  }

  #number(storage: Storage): void {
    if (this.#numbers.has(storage)) return;
    const m = this.#storages.push(storage) - 1;
    this.#numbers.set(storage, m);
    if (!this.#holding.has(m)) return;
    storage.retain();
    this.#held.add(storage);
  }

  #repeat(segment: Segment): void {
    const { steps, holds } = segment;
    const last = new Map<Storage, number>();
    for (const index of steps) {
      const { reads, writes } = this.#launches[index]!;
      for (const { storage } of [...reads, ...writes]) last.set(storage, index);
    }
    const open = new Set<Storage>();
    for (const index of steps) {
      const { reads, writes, again } = this.#launches[index]!;
      for (const { storage } of writes) {
        if (!storage.resident) this.#engine.refill(storage);
        if (!open.has(storage)) storage.retain();
        open.add(storage);
      }
      const tensors = [...reads, ...writes];
      for (const tensor of tensors) tensor.retain();
      again!();
      for (const tensor of tensors) tensor.release();
      for (const storage of open) if (last.get(storage) === index && open.delete(storage)) storage.release();
    }
    this.#waiting.delete(segment);
    for (const m of holds) this.#unhold(m);
  }

  #unhold(m: number): void {
    const left = this.#holding.get(m)! - 1;
    this.#holding.set(m, left);
    const storage = this.#storages[m]!;
    if (left === 0 && this.#held.delete(storage)) storage.release();
  }
}

function otherLaunch(index: number, expected = "nothing", got: string): WgradError {
  return new WgradError(
    `gradients: with recompute the body must launch the same in every call; launch ${index} was ${expected} before, and ` +
      `is ${got} now.`,
  );
}
