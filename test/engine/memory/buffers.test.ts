import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryError } from "../../../engine/errors.ts";
import { type Block, BufferPool, type BufferSource, sizeClass } from "../../../engine/memory/buffers.ts";
import { properties } from "../../support/properties.ts";

/** Buffers that only know their size and whether they were destroyed. */
class FakeSource implements BufferSource {
  readonly limits: BufferSource["limits"];
  created = 0;
  destroyed = 0;

  constructor(limit = 2 ** 27, maxBufferSize = 2 ** 28) {
    this.limits = { maxStorageBufferBindingSize: limit, maxBufferSize };
  }

  create(size: number): GPUBuffer {
    this.created++;
    return { size } as GPUBuffer;
  }

  destroy(): void {
    this.destroyed++;
  }
}

describe("sizeClass", () => {
  it("holds what was asked for and wastes less than one part in 32, or less than 256 bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (bytes) => {
        const size = sizeClass(bytes);
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(size % 256).toBe(0);
        expect(size - bytes).toBeLessThan(Math.max(256, bytes / 32));
        expect(sizeClass(size)).toBe(size);
      }),
      { ...properties, numRuns: 1000 },
    );
  });

  it("has 32 classes per power of two, but none smaller than 256 bytes", () => {
    const classesTo = (most: number) =>
      new Set(Array.from({ length: most / 2 }, (_, i) => sizeClass(most / 2 + 1 + i)));
    expect(classesTo(2 ** 15).size).toBe(32);
    expect([...classesTo(2048)]).toEqual([1280, 1536, 1792, 2048]);
  });
});

describe("BufferPool", () => {
  it("hands a returned buffer out again, the last one first, and only within its size class", () => {
    const source = new FakeSource();
    const pool = new BufferPool(source);
    const [a, b] = [pool.take(1000, "a"), pool.take(1000, "b")];
    pool.give(a);
    pool.give(b);
    expect(pool.take(1024, "c").buffer).toBe(b.buffer);
    expect(pool.take(5000, "d").buffer).not.toBe(a.buffer);
    expect(pool.take(900, "e").buffer).toBe(a.buffer);
    expect(source.created).toBe(3);
  });

  it("counts in-use, peak and allocated bytes; resetPeak starts anew", () => {
    const pool = new BufferPool(new FakeSource());
    const a = pool.take(256, "a");
    const b = pool.take(512, "b");
    pool.give(a);
    expect(pool.use).toEqual({ bytesInUse: 512, peakBytes: 768, bytesAllocated: 768, buffersInUse: 1 });
    pool.resetPeak();
    expect(pool.use.peakBytes).toBe(512);
    pool.give(b);
    pool.trim();
    expect(pool.use).toEqual({ bytesInUse: 0, peakBytes: 512, bytesAllocated: 0, buffersInUse: 0 });
  });

  it("names the tensor, both sizes and the way out when the adapter cannot bind that much", () => {
    const source = new FakeSource(1000, 5000);
    const take = () => new BufferPool(source).take(1001, "conv2d: y");
    expect(take).toThrow(MemoryError);
    expect(take).toThrow(
      "conv2d: y needs 1 kB in one buffer; this adapter binds at most 1 kB. Use a smaller batch",
    );
    expect(source.created).toBe(0);
  });

  it("goes up to the limit itself, which is no size class", () => {
    const pool = new BufferPool(new FakeSource(5000, 2 ** 28));
    expect(pool.take(5000, "x").capacity).toBe(5000);
    expect(() => new BufferPool(new FakeSource(2 ** 28, 6000)).take(6001, "x")).toThrow(MemoryError);
  });

  it("keeps the counts right for any sequence of take and give, and lends no buffer twice", () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 20_000 })), { maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.boolean(), (sequence, planning) => {
        const source = new FakeSource();
        const pool = new BufferPool(source, { planning });
        const lent: Block[] = [];
        const free = new Map<number, number>();
        const expected = { bytesInUse: 0, peakBytes: 0, bytesAllocated: 0, buffersInUse: 0 };
        for (const [take, number] of sequence) {
          if (take) {
            const block = pool.take(number, "x");
            const waiting = free.get(block.capacity) ?? 0;
            if (waiting > 0) free.set(block.capacity, waiting - 1);
            else expected.bytesAllocated += block.capacity;
            lent.push(block);
          } else if (lent.length > 0) {
            const [block] = lent.splice(number % lent.length, 1);
            pool.give(block!);
            free.set(block!.capacity, (free.get(block!.capacity) ?? 0) + 1);
          }
          expected.buffersInUse = lent.length;
          expected.bytesInUse = lent.reduce((sum, { capacity }) => sum + capacity, 0);
          expected.peakBytes = Math.max(expected.peakBytes, expected.bytesInUse);
          expect(pool.use).toEqual(expected);
          if (!planning) expect(new Set(lent.map(({ buffer }) => buffer)).size).toBe(lent.length);
        }
        if (planning) expect(source.created).toBe(0);
      }),
      { ...properties, numRuns: 100 },
    );
  });

  it("takes an arena's buffers from its parent and gives them back when it is closed", () => {
    const source = new FakeSource();
    const parent = new BufferPool(source);
    const arena = new BufferPool(source, { parent });
    const a = arena.take(256, "a");
    const b = arena.take(256, "b");
    arena.give(a);
    expect(parent.use.bytesInUse).toBe(512); // the arena still has both
    expect(parent.take(256, "other").buffer).not.toBe(a.buffer);
    arena.close();
    expect(parent.take(256, "other").buffer).toBe(a.buffer);
    arena.give(b); // after the end: straight on to the parent
    expect(parent.take(256, "other").buffer).toBe(b.buffer);
    expect(arena.use).toEqual({ bytesInUse: 0, peakBytes: 512, bytesAllocated: 0, buffersInUse: 0 });
    expect(source.created).toBe(3);
    expect(source.destroyed).toBe(0);
  });
});
