/** @file The memory of a recorded step: its tensors lie where a dry run's layout says, and stay there for every replay. */
import { type Block, type BlockPool, type BufferPool, wholeBlocks } from "./buffers.ts";
import type { MemoryLayout } from "./memory-layout.ts";

/** A buffer of the layout, or one for a tensor that the layout does not know. */
interface Place {
  readonly block: Block;
  readonly planned: boolean;
  occupied: boolean;
}

export class Arena implements BlockPool {
  readonly #pool: BufferPool;
  readonly #layout: MemoryLayout;
  /** by index in the layout */
  readonly #places = new Map<number, Place>();
  readonly #placeOf = new Map<Block, Place>();
  #taken = 0;
  #closed = false;

  /** The buffers come from `pool`, which is closed with the arena. */
  constructor(pool: BufferPool, layout: MemoryLayout) {
    this.#pool = pool;
    this.#layout = layout;
  }

  /** The place for the next tensor of the step. */
  take(bytes: number, what: string): Block {
    const index = this.#taken++;
    const { sizes, places, capacities } = this.#layout;
    const number = places[index];
    const expected = number !== undefined && sizes[index] === wholeBlocks(bytes);
    let place = expected ? this.#places.get(number) : undefined;
    if (expected && !place) {
      place = { block: this.#pool.take(capacities[number]!, what), planned: true, occupied: false };
      this.#places.set(number, place);
    }
    if (!place || place.occupied) {
      place = { block: this.#pool.take(bytes, what), planned: false, occupied: false };
    }
    place.occupied = true;
    const { buffer, capacity } = place.block;
    const block = { buffer, bytes, capacity, pool: this };
    this.#placeOf.set(block, place);
    return block;
  }

  give(block: Block): void {
    const place = this.#placeOf.get(block)!;
    this.#placeOf.delete(block);
    place.occupied = false;
    if (!place.planned || this.#closed) this.#pool.give(place.block);
  }

  /** Hands back what no tensor lies in now, and the rest as soon as that is so. */
  close(): void {
    this.#closed = true;
    for (const { block, occupied } of this.#places.values()) if (!occupied) this.#pool.give(block);
    this.#pool.close();
  }
}
