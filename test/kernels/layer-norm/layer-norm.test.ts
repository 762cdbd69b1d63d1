import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { layerNorm } from "../../../kernels/layer-norm/index.ts";
import {
  layerNormGradientReference,
  layerNormReference,
} from "../../../kernels/layer-norm/layer-norm.reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const epsilon = 1e-3;
const cases = fc.record({
  outer: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 0, maxLength: 3 }),
  features: fc.constantFrom(1, 3, 4, 5, 8, 17, 100),
  seed: fc.nat(1e6),
});

describe("layerNorm", () => {
  const engine = useEngine();

  async function expectMatches(outer: readonly number[], features: number, seed: number) {
    // rows of few features may have hardly any variance: errors grow by up to 1 / sqrt(epsilon) = 32
    const scale = features < 8 ? 64 : 4;
    const summed = { scale, terms: outer.reduce((product, size) => product * size, 1) };
    await expectMatchesReference(
      engine(),
      (x, gamma, beta) => layerNorm(x, gamma, beta),
      (x, gamma, beta) => layerNormReference(x, gamma, beta, epsilon),
      (dy, x, gamma) => layerNormGradientReference(dy, x, gamma, epsilon),
      [
        randomArray([...outer, features], seed),
        randomArray([features], seed + 1),
        randomArray([features], seed + 2),
      ],
      { forward: { scale }, gradients: [{ scale: scale * 8 }, summed, summed] },
    );
  }

  it("matches the reference, forward and backward, on random shapes", async () => {
    await fc.assert(
      fc.asyncProperty(cases, ({ outer, features, seed }) => expectMatches(outer, features, seed)),
      properties,
    );
  });

  it("matches with the launch sizes of a GPU, where lanes share a row", async () => {
    const facts = engine().adapter as { software: boolean };
    const { software } = facts;
    facts.software = false;
    try {
      for (const features of [17, 100, 1024]) await expectMatches([7], features, features); // 2, 8, 64 lanes
    } finally {
      facts.software = software;
    }
  });

  it("has a reference whose gradient agrees with central differences", () => {
    checkReferenceGradient(
      (x, gamma, beta) => layerNormReference(x!, gamma!, beta!, epsilon),
      (dy, x, gamma) => layerNormGradientReference(dy, x!, gamma!, epsilon),
      [randomArray([3, 2, 6], 1), randomArray([6], 2), randomArray([6], 3)],
    );
  });

  it("explains wrong arguments", () => {
    const x = engine().zeros([2, 3]);
    const [good, bad] = [engine().zeros([3]), engine().zeros([2])];
    expect(() => layerNorm(x, bad, good)).toThrow(
      "layerNorm: gamma must be [3], one per entry of the last axis, got [2]. x [2,3].",
    );
    expect(() => layerNorm(x, good, bad)).toThrow(ShapeError);
    expect(() => layerNorm(x, good, good, { epsilon: -1 })).toThrow(ArgumentError);
  });
});
