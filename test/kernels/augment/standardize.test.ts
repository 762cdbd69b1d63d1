import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { standardizeReference } from "../../../kernels/augment/augment.reference.ts";
import {
  centreSamples,
  channelStatistics,
  FeatureStandardizer,
  standardizeSamples,
} from "../../../kernels/augment/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const cases = fc.record({
  shape: fc.constantFrom<readonly number[]>([5, 3, 2, 3], [2, 4, 4, 1], [7, 5]),
  seed: fc.nat(1e6),
});

describe("standardization", () => {
  const engine = useEngine();

  it("per channel matches the reference", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, seed }) => {
        const x = randomArray(shape, seed, 1, 3);
        const statistics = channelStatistics({ values: Float32Array.from(x.data), shape });
        using standardizer = new FeatureStandardizer(engine(), statistics);
        const y = standardizer.apply(engine().tensor(x.data, shape));
        const expected = standardizeReference(x, (index) => index % shape.at(-1)!, 1e-7);
        expectClose(await y.data(), expected.data);
      }),
      properties,
    );
  });

  it("per sample matches the reference", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, seed }) => {
        const x = randomArray(shape, seed, 1, 3);
        const size = x.data.length / shape[0]!;
        const expected = standardizeReference(x, (index) => Math.floor(index / size), 0.01);
        const y = standardizeSamples(engine().tensor(x.data, shape), 0.01);
        expectClose(await y.data(), expected.data, { ulps: 64 });
      }),
      properties,
    );
  });

  it("centres only where no deviation is given, and takes bytes", async () => {
    const bytes = { values: Uint8Array.of(0, 255, 51, 0), shape: [2, 1, 1, 2], scale: 1 / 255 };
    const { mean, deviation } = channelStatistics(bytes);
    expectClose(mean, [0.1, 0.5]);
    expectClose(deviation, [0.1, 0.5]);
    using centring = new FeatureStandardizer(engine(), { mean });
    const y = centring.apply(engine().tensor([0.1, 0.7], [1, 1, 1, 2]));
    expectClose(await y.data(), [0, 0.2], { scale: 1 });
    expect(() => centring.apply(engine().zeros([1, 3]))).toThrow(ShapeError);
    expect(() => standardizeSamples(engine().zeros([3]))).toThrow(ShapeError);
    for (const op of [standardizeSamples, centreSamples])
      expect(() => op(3 as never)).toThrow(/Samples: x must be a tensor, got 3\./);
    expect(() => standardizeSamples(engine().zeros([3, 2]), Number.NaN)).toThrow(ArgumentError);
  });
});
