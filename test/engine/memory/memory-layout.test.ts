import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Lifetime, layOut } from "../../../engine/memory/memory-layout.ts";
import { properties } from "../../support/properties.ts";

const lifetimes = fc
  .array(fc.record({ bytes: fc.integer({ min: 1, max: 9 }), from: fc.nat(30), length: fc.nat(20) }), {
    maxLength: 25,
  })
  .map((tensors) =>
    tensors.map(({ bytes, from, length }): Lifetime => ({ bytes: bytes * 256, from, to: from + 1 + length })),
  );

/** Bytes of the tensors that live at the fullest moment: no layout can do with less. */
function fullest(tensors: readonly Lifetime[]): number {
  const at = (time: number) =>
    tensors.reduce((sum, { bytes, from, to }) => sum + (from <= time && time < to ? bytes : 0), 0);
  return Math.max(0, ...tensors.map(({ from }) => at(from)));
}

describe("layOut", () => {
  it("puts every tensor into a buffer that holds it, and never two at a time", () => {
    fc.assert(
      fc.property(lifetimes, (tensors) => {
        const { sizes, places, capacities } = layOut(tensors);
        expect(sizes).toEqual(tensors.map(({ bytes }) => bytes));
        for (const [i, a] of tensors.entries()) {
          expect(capacities[places[i]!]).toBeGreaterThanOrEqual(a.bytes);
          for (const [j, b] of tensors.entries()) {
            const meet = i !== j && a.from < b.to && b.from < a.to;
            if (meet) expect(places[i]).not.toBe(places[j]);
          }
        }
        const total = capacities.reduce((sum, bytes) => sum + bytes, 0);
        expect(total).toBeGreaterThanOrEqual(fullest(tensors));
      }),
      properties,
    );
  });

  it("lets tensors of different sizes that follow each other share a buffer", () => {
    const tensors = [
      { bytes: 256, from: 0, to: 2 },
      { bytes: 1024, from: 2, to: 4 },
      { bytes: 512, from: 5, to: 6 },
    ];
    expect(layOut(tensors)).toEqual({ sizes: [256, 1024, 512], places: [0, 0, 0], capacities: [1024] });
  });

  it("has nothing to do for a step that makes nothing", () => {
    expect(layOut([])).toEqual({ sizes: [], places: [], capacities: [] });
  });
});
