import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import {
  cosineSimilarityGradientReference,
  cosineSimilarityReference,
} from "../../../kernels/losses/cosine-similarity.reference.ts";
import { cosineSimilarity } from "../../../kernels/losses/index.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient } from "../../support/gradient.ts";
import { expectSurvives, hostileArray, strange } from "../../support/hostile.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";
import { checkLoss } from "./check-loss.ts";

describe("cosine similarity", () => {
  const engine = useEngine();
  const check = (x: Array64, t: Array64, options: { weights?: Array64; divisor?: number | undefined } = {}) =>
    checkLoss(
      engine(),
      { loss: cosineSimilarity, x, targets: t, ...options },
      cosineSimilarityReference(x, t),
      (dLoss) => cosineSimilarityGradientReference(dLoss, x, t),
    );

  it("matches the reference, with weights and divisors", async () => {
    const cases = fc.record({
      shape: fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 2, max: 40 })),
      weighted: fc.boolean(),
      divisor: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, weighted, divisor, seed }) => {
        const weights = weighted ? { weights: randomArray([shape[0]], seed + 2, 0, 2) } : {};
        await check(randomArray(shape, seed, 0.2, 2), randomArray(shape, seed + 1), { ...weights, divisor });
      }),
      properties,
    );
  });

  it("shares long rows among the lanes of a workgroup", async () => {
    const [x, t] = [randomArray([3, 2501], 1), randomArray([3, 2501], 2)];
    await check(x, t);
    await asGpu(engine(), () => check(x, t));
  });

  it("has a reference whose gradient agrees with central differences", () => {
    const t = randomArray([3, 5], 2);
    checkReferenceGradient(
      (x) => cosineSimilarityReference(x, t),
      (dy, x) => [cosineSimilarityGradientReference(dy, x, t)],
      [randomArray([3, 5], 1)],
    );
  });

  it("is 0 for a vector of zeros, with a finite gradient, as in Keras", async () => {
    const x = engine().tensor([0, 0, 3, 4], [2, 2]);
    const perSample = engine().zeros([2]);
    const target = engine().tensor([1, 0, 3, 4], [2, 2]);
    const result = gradients(engine(), () => cosineSimilarity(x, target, { perSample }), [x]);
    expect([...(await perSample.data())]).toEqual([expect.closeTo(0, 9), expect.closeTo(-1, 6)]);
    const [first, second] = await result.gradients[0]!.data();
    expect([first, second]).toEqual([expect.closeTo(-5e6, -1), expect.closeTo(0, 9)]);
  });

  it("survives hostile values", async () => {
    const t = randomArray([3, 4], 1);
    const mean = (losses: Array64) => array64([], [losses.data.reduce((sum, loss) => sum + loss / 3, 0)]);
    await fc.assert(
      fc.asyncProperty(hostileArray([3, 4], strange), (x) =>
        expectSurvives(
          engine(),
          (values) => cosineSimilarity(values, engine().tensor(t.data, t.shape)),
          (values) => mean(cosineSimilarityReference(values, t)),
          (dy, values) => [
            cosineSimilarityGradientReference(array64([3], Array(3).fill(dy.data[0]! / 3)), values, t),
          ],
          [x],
          "cosineSimilarity",
          1e-5,
        ),
      ),
      properties,
    );
  });
});
