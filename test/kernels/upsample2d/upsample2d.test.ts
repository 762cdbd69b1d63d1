import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { moveGradientReference, moveReference } from "../../../kernels/shape/shape.reference.ts";
import { upsample2d } from "../../../kernels/upsample2d/index.ts";
import { upsample2dReference } from "../../../kernels/upsample2d/upsample2d.reference.ts";
import { useEngine } from "../../support/engine.ts";
import { expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const cases = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom(1, 3, 4, 8),
  ),
  size: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  seed: fc.nat(1e6),
});

describe("upsample2d", () => {
  const engine = useEngine();

  it("matches the reference, forward and backward, on random shapes", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, size, seed }) => {
        const map = upsample2dReference(shape, size);
        await expectMatchesReference(
          engine(),
          (x) => upsample2d(x, { size }),
          (x) => moveReference(x, map),
          (dy, x) => [moveGradientReference(x, dy, map)],
          [randomArray(shape, seed)],
        );
      }),
      properties,
    );
  });

  it("explains wrong arguments", () => {
    expect(() => upsample2d(engine().zeros([2, 2]))).toThrow(ShapeError);
    expect(() => upsample2d(engine().zeros([1, 2, 2, 1]), { size: 0 })).toThrow(ArgumentError);
    expect(() => upsample2d(engine().zeros([1, 2, 2, 1], "u32"))).toThrow(
      "upsample2d: x must be f32, got u32.",
    );
  });
});
