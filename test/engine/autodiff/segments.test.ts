/** @file What may be given up of a forward pass: found for random passes, whose values a simulation then follows. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Memory, type Schedule, type Step, schedule } from "../../../engine/autodiff/segments.ts";
import { properties } from "../../support/properties.ts";

/** Each step makes memory from earlier ones; some change what is there, some cannot be repeated. */
const passes = fc
  .array(
    fc.record({
      reads: fc.array(fc.nat(30), { maxLength: 3 }),
      kind: fc.integer({ min: 0, max: 11 }),
      bytes: fc.integer({ min: 1, max: 1000 }),
      kept: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drawn) => {
    const memories: Memory[] = [
      { bytes: 10, own: false, kept: true },
      { bytes: 20, own: false, kept: false },
    ];
    const steps = drawn.map(({ reads, kind, bytes, kept }): Step => {
      const read = [
        ...new Set(reads.map((n) => (memories.length - 1 - (n % memories.length)) % memories.length)),
      ];
      if (kind === 2 && read[0] !== undefined) return { reads: read, writes: [read[0]], repeatable: true }; // changes it alone
      const writes = [memories.push({ bytes, own: true, kept }) - 1];
      if (kind === 0) writes.push(memories.push({ bytes, own: true, kept: !kept }) - 1);
      if (kind === 1 && read[0] !== undefined) writes.push(read[0]); // changes it, beside what it makes
      return { reads: read, writes, repeatable: kind !== 3 };
    });
    return { steps, memories };
  });

/** Runs a pass on symbols. What a step writes is a text of all that it reads, so equal texts are equal values. */
function simulate(steps: readonly Step[], memories: readonly Memory[], found: Schedule) {
  const values = new Map<number, string>([
    [0, "x"],
    [1, "w"],
  ]);
  const run = (index: number) => {
    const { reads, writes } = steps[index]!;
    for (const m of reads)
      if (!values.has(m)) throw new Error(`step ${index} reads ${m}, which has no value`);
    const texts = reads.map((m) => hash(values.get(m)!));
    for (const [i, m] of writes.entries()) values.set(m, hash(`${index}.${i}(${texts})`));
  };
  const lastUse = memories.map((_, m) =>
    steps.findLastIndex(({ reads, writes }) => [...reads, ...writes].includes(m)),
  );
  const held = new Set(found.segments.flatMap(({ holds }) => holds));
  let [bytes, peak] = [0, 0];
  for (const [index] of steps.entries()) {
    run(index);
    for (const m of found.evictions.get(index) ?? []) {
      expect(memories[m]).toMatchObject({ own: true, kept: true });
      values.delete(m);
    }
    // what nobody keeps or holds is free after its last use
    for (const m of values.keys())
      if (memories[m]!.own && !memories[m]!.kept && !held.has(m) && lastUse[m]! <= index) values.delete(m);
    bytes = [...values.keys()].reduce((sum, m) => sum + memories[m]!.bytes, 0);
    peak = Math.max(peak, bytes);
  }
  return { values, run, peak };
}

/** FNV-1a: texts would grow without bound. */
function hash(text: string): string {
  let value = 2166136261;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 16777619);
  return (value >>> 0).toString(16);
}

const nothing: Schedule = { segments: [], evictions: new Map(), segmentOf: new Map() };

/** Steps of a chain, each from what the step before made. */
function chain(sizes: readonly number[]) {
  const memories: Memory[] = [{ bytes: 1, own: false, kept: true }];
  const steps = sizes.map((bytes, i): Step => {
    memories.push({ bytes, own: true, kept: true });
    return { reads: [i], writes: [i + 1], repeatable: true };
  });
  return { steps, memories };
}

describe("schedule", () => {
  it("lets the backward pass, segment by segment from the last, find every kept value as it was", () => {
    let given = 0;
    fc.assert(
      fc.property(passes, ({ steps, memories }) => {
        const found = schedule(steps, memories);
        const stored = simulate(steps, memories, nothing);
        const again = simulate(steps, memories, found);
        for (const [index, { steps: repeated, holds }] of [...found.segments.entries()].reverse()) {
          const before = new Map(again.values);
          for (const step of repeated) again.run(step);
          const own = [...found.segmentOf].filter(([, segment]) => segment === index).map(([m]) => m);
          given += own.length;
          for (const m of own) expect(again.values.get(m), `memory ${m}`).toBe(stored.values.get(m));
          for (const m of holds) expect(again.values.get(m)).toBe(before.get(m));
          for (const [m, value] of before) expect(again.values.get(m), `memory ${m} changed`).toBe(value);
          for (const m of repeated.flatMap((step) => steps[step]!.writes)) // the rules of the segment have run
            if (!before.has(m)) again.values.delete(m);
        }
      }),
      { ...properties, numRuns: 40 * properties.numRuns },
    );
    expect(given).toBeGreaterThan(properties.numRuns);
  });

  it("cuts a chain of n equal steps into about the root of n segments", () => {
    const { steps, memories } = chain(new Array(100).fill(64));
    const found = schedule(steps, memories);
    expect(found.segments.length).toBeGreaterThanOrEqual(6);
    expect(found.segments.length).toBeLessThanOrEqual(16);
    const { peak } = simulate(steps, memories, found);
    expect(peak).toBeLessThan(25 * 64); // 2 sqrt(n), and a little
  });

  it("puts borders where little crosses", () => {
    const { steps, memories } = chain(Array.from({ length: 64 }, (_, i) => (i % 8 === 7 ? 1 : 100)));
    const { segments } = schedule(steps, memories);
    const crossing = segments.flatMap(({ holds }) => holds).filter((m) => memories[m]!.own);
    expect(crossing.length).toBeGreaterThan(2);
    for (const m of crossing) expect(memories[m]!.bytes).toBe(1);
  });

  it("gives nothing up where that would not help", () => {
    for (const sizes of [[5], [5, 5]]) {
      const { steps, memories } = chain(sizes);
      expect(schedule(steps, memories)).toEqual(nothing);
    }
    expect(schedule([], [])).toEqual(nothing);
  });

  it("repeats nothing that changes what was there before: moving statistics", () => {
    const { steps, memories } = chain(new Array(30).fill(64));
    const statistics = memories.push({ bytes: 4, own: false, kept: false }) - 1;
    const changing = steps.map(
      (step, i): Step =>
        i % 3 === 1
          ? { reads: [...step.reads, statistics], writes: [...step.writes, statistics], repeatable: true }
          : step,
    );
    const { segments } = schedule(changing, memories);
    expect(segments.length).toBeGreaterThan(0);
    expect(segments.flatMap(({ steps: repeated }) => repeated).filter((i) => i % 3 === 1)).toEqual([]);
  });
});
