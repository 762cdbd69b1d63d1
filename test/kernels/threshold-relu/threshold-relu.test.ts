import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import {
  thresholdReluGradientReference,
  thresholdReluReference,
} from "../../../kernels/threshold-relu/threshold-relu.reference.ts";
import { thresholdRelu } from "../../../kernels/threshold-relu/threshold-relu.ts";
import { useEngine } from "../../support/engine.ts";
import { expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const cases = fc.record({
  size: fc.integer({ min: 1, max: 70 }),
  options: fc.record(
    {
      maxValue: fc.constantFrom(0, 0.5, 6),
      negativeSlope: fc.constantFrom(0, 0.3),
      threshold: fc.constantFrom(0, 0.25, 1),
    },
    { requiredKeys: [] },
  ),
  seed: fc.nat(1e6),
});

describe("thresholdRelu", () => {
  const engine = useEngine();

  it("matches the reference, forward and backward", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ size, options, seed }) => {
        await expectMatchesReference(
          engine(),
          (x) => thresholdRelu(x, options),
          (x) => thresholdReluReference(x, options),
          (dy, x) => [thresholdReluGradientReference(dy, x, options)],
          [randomArray([size], seed)],
        );
      }),
      properties,
    );
  });

  it("keeps NaN, and infinity has a value on both sides", async () => {
    const x = engine().tensor([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5]);
    expect([...(await thresholdRelu(x, { threshold: 1 }).data())]).toEqual([Number.NaN, Infinity, 0, 0]);
    const sloped = thresholdRelu(x, { maxValue: 6, negativeSlope: 0.5 });
    expect([...(await sloped.data())]).toEqual([Number.NaN, 6, -Infinity, 0.5]);
  });

  it("refuses options below 0 and others", () => {
    const x = engine().zeros([3]);
    expect(() => thresholdRelu(x, { maxValue: -1 })).toThrow(
      "thresholdRelu: maxValue must be 0 or more, got -1.",
    );
    expect(() => thresholdRelu(x, { slope: 1 } as object)).toThrow(ArgumentError);
  });
});
