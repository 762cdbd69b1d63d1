import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { l1l2Penalty } from "../../../kernels/losses/index.ts";
import {
  l1l2PenaltyGradientReference,
  l1l2PenaltyReference,
} from "../../../kernels/losses/penalty.reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

describe("l1l2Penalty", () => {
  const engine = useEngine();

  it("matches the reference on random shapes", async () => {
    const coefficients = fc.constantFrom([0.01, 0], [0, 0.01], [0.001, 0.02]) as fc.Arbitrary<
      [number, number]
    >;
    const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, coefficients, fc.nat(1e6), async (shape, [l1, l2], seed) => {
        await expectMatchesReference(
          engine(),
          (w) => l1l2Penalty(w, { l1, l2 }),
          (w) => l1l2PenaltyReference(w, l1, l2),
          (dy, w) => [l1l2PenaltyGradientReference(dy, w, l1, l2)],
          [randomArray(shape, seed)],
        );
      }),
      properties,
    );
  });

  it("has a reference whose gradient agrees with central differences", () => {
    checkReferenceGradient(
      (w) => l1l2PenaltyReference(w, 0.3, 0.2),
      (dy, w) => [l1l2PenaltyGradientReference(dy, w, 0.3, 0.2)],
      [randomArray([4, 5], 2)],
    );
  });

  it("rejects negative coefficients", () => {
    expect(() => l1l2Penalty(engine().zeros([2]), { l1: -1 })).toThrow(ArgumentError);
  });
});
