/** @file The look at all gradients before an update: every place and kind of what is not finite, and nothing else, halts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { haltUnlessFinite, occupiedElements } from "../../../kernels/optimizers/index.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";

const sizes = [3, 65, 128, 1, 700];
const blocks = sizes.map((size) => Math.ceil(size / 64));
const starts = blocks.map((_, i) => 64 * blocks.slice(0, i).reduce((sum, count) => sum + count, 0));
const total = 64 * blocks.reduce((sum, count) => sum + count, 0);

describe("haltUnlessFinite", () => {
  const engine = useEngine();
  const largest = 3.4028234663852886e38;

  /** What `halted` becomes for gradients with `value` at element `at` of parameter `which`. */
  async function halted(value: number, which: number, at: number, before = 0): Promise<number> {
    const values = new Float32Array(total).fill(Number.NaN); // padding may hold anything
    for (const [i, size] of sizes.entries()) values.fill(-largest, starts[i]!, starts[i]! + size);
    values[starts[which]! + at] = value;
    const gradients = engine().tensor(values);
    const occupied = occupiedElements(engine(), sizes);
    const { step } = engine();
    step.set({ step: 41, halted: before });
    haltUnlessFinite([{ gradients, occupied }]);
    const state = await step.read();
    step.set({ step: 0, halted: 0 });
    occupied.dispose();
    return state.halted;
  }

  it("halts for NaN and infinity in any element, and for no finite number", async () => {
    const places = fc
      .nat(sizes.length - 1)
      .chain((which) => fc.tuple(fc.constant(which), fc.nat(sizes[which]! - 1)));
    const values = [Number.NaN, Infinity, -Infinity, largest, -largest, 1e-45, 0, -0];
    await fc.assert(
      fc.asyncProperty(places, async ([which, at]) => {
        for (const value of values)
          expect(await halted(value, which, at), String(value)).toBe(Number.isFinite(value) ? 0 : 42);
      }),
      properties,
    );
  });

  it("looks at the last element of each parameter", async () => {
    for (const [which, size] of sizes.entries()) expect(await halted(Number.NaN, which, size - 1)).toBe(42);
  });

  it("leaves a step that is halted already as it is", async () => {
    expect(await halted(Number.NaN, 4, 699, 7)).toBe(7);
    expect(await halted(1, 0, 0, 7)).toBe(7);
  });

  it("needs to know what is padding", () => {
    const gradients = engine().zeros([64]);
    expect(() => haltUnlessFinite([{ gradients }])).toThrow(ArgumentError);
  });
});
