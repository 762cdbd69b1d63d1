import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { ShapeError } from "../../../engine/errors.ts";
import {
  categoricalCrossentropyGradientReference,
  categoricalCrossentropyReference,
  softmaxCrossEntropyGradientReference,
  softmaxCrossEntropyReference,
} from "../../../kernels/losses/categorical.reference.ts";
import {
  categoricalCrossentropy,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
} from "../../../kernels/losses/index.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";
import { checkLoss } from "./check-loss.ts";

const families = {
  softmaxCrossEntropy: {
    dense: softmaxCrossEntropy,
    sparse: softmaxCrossEntropy,
    range: [-5, 5],
    value: softmaxCrossEntropyReference,
    gradient: softmaxCrossEntropyGradientReference,
  },
  categoricalCrossentropy: {
    dense: categoricalCrossentropy,
    sparse: sparseCategoricalCrossentropy,
    range: [0.01, 1],
    value: categoricalCrossentropyReference,
    gradient: categoricalCrossentropyGradientReference,
  },
} as const;

const cases = fc.record({
  samples: fc.integer({ min: 1, max: 9 }),
  classes: fc.constantFrom(2, 3, 10, 17),
  targets: fc.constantFrom("one-hot", "soft", "labels"),
  weighted: fc.boolean(),
  divisor: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  seed: fc.nat(1e6),
});

function oneHot(labels: readonly number[], classes: number): Array64 {
  const rows = labels.map((label) => Array.from({ length: classes }, (_, j) => (j === label ? 1 : 0)));
  return array64([labels.length, classes], rows.flat());
}

for (const [name, { dense, sparse, range, value, gradient }] of Object.entries(families)) {
  describe(name, () => {
    const engine = useEngine();

    it("matches the reference, with weights, divisors and labels", async () => {
      await fc.assert(
        fc.asyncProperty(cases, async ({ samples, classes, targets, weighted, divisor, seed }) => {
          const x = randomArray([samples, classes], seed, ...range);
          const labels = [...randomArray([samples], seed + 1, 0, classes).data].map(Math.floor);
          const t = targets === "soft" ? randomArray(x.shape, seed + 2, 0, 1) : oneHot(labels, classes);
          const weights = weighted ? { weights: randomArray([samples], seed + 3, 0, 2) } : {};
          const form = targets === "labels" ? { loss: sparse, labels } : { loss: dense };
          await checkLoss(engine(), { ...form, x, targets: t, ...weights, divisor }, value(x, t), (d) =>
            gradient(d, x, t),
          );
        }),
        properties,
      );
    });

    it("matches the reference on more samples than a workgroup adds up", async () => {
      for (const samples of [64, 65]) {
        const [x, t] = [randomArray([samples, 3], 1, ...range), randomArray([samples, 3], 2, 0, 1)];
        const weights = randomArray([samples], 3, 0, 2);
        await checkLoss(engine(), { loss: dense, x, targets: t, weights }, value(x, t), (d) =>
          gradient(d, x, t),
        );
      }
    });

    it("matches the reference with many classes, on either class of adapter", async () => {
      const x = randomArray([3, 101], 1, ...range);
      const t = oneHot([0, 100, 50], 101);
      const check = () =>
        checkLoss(engine(), { loss: dense, x, targets: t }, value(x, t), (d) => gradient(d, x, t));
      await check();
      await asGpu(engine(), check);
    });

    it("matches the reference as on a GPU, with more and fewer classes than loads on their way", async () => {
      for (const classes of [1, 3, 16, 17, 31]) {
        const x = randomArray([5, classes], classes, ...range);
        const t = randomArray(x.shape, 2, 0, 1);
        await asGpu(engine(), () =>
          checkLoss(engine(), { loss: dense, x, targets: t }, value(x, t), (d) => gradient(d, x, t)),
        );
      }
    });

    it("takes no notice of what is loaded past a row's end, be it infinite or NaN", async () => {
      const x = Float32Array.from([
        0.2,
        0.3,
        0.5,
        0.1,
        0.1,
        name === "softmaxCrossEntropy" ? -Infinity : NaN,
      ]);
      const t = Float32Array.from([1, 0, 0, 0, 1, 0]);
      const lossesOf = async () => {
        const perSample = engine().zeros([2]);
        dense(engine().tensor(x, [2, 3]), engine().tensor(t, [2, 3]), { perSample });
        return perSample.data();
      };
      const losses = await lossesOf();
      expect(Number.isFinite(losses[0])).toBe(true);
      expect(await asGpu(engine(), lossesOf)).toEqual(losses);
    });

    it("has a reference whose gradient agrees with central differences", () => {
      const t = randomArray([3, 5], 2, 0, 1);
      checkReferenceGradient(
        (x) => value(x, t),
        (dy, x) => [gradient(dy, x, t)],
        [randomArray([3, 5], 1, ...range)],
      );
    });

    it("is NaN for a label that is no class", async () => {
      const x = engine().tensor([0.5, 0.5, 0.5, 0.5], [2, 2]);
      const loss = sparse(x, engine().tensor([1, 2], [2], "u32"));
      expect((await loss.data())[0]).toBeNaN();
      const negative = sparse(x, engine().tensor([1, -1], [2], "i32"));
      expect((await negative.data())[0]).toBeNaN();
    });

    it("does not hide a NaN", async () => {
      const x = engine().tensor([Number.NaN, 0.5, 0.5, 0.5], [2, 2]);
      expect((await dense(x, engine().tensor([1, 0, 0, 1], [2, 2])).data())[0]).toBeNaN();
    });

    it("names the shapes of targets that do not fit", () => {
      const x = engine().zeros([4, 3]);
      expect(() => dense(x, engine().zeros([4, 2]))).toThrow(ShapeError);
      expect(() => sparse(x, engine().zeros([3], "u32"))).toThrow("prediction [4,3], targets [3] u32.");
    });
  });
}

describe("softmaxCrossEntropy of extreme logits", () => {
  const engine = useEngine();

  it("stays finite at +-1e4", async () => {
    const x = array64([3, 3], [1e4, -1e4, 0, 1e4, 1e4, 1e4, 0, 1e4, -1e4]);
    const t = oneHot([1, 0, 1], 3);
    await checkLoss(
      engine(),
      { loss: softmaxCrossEntropy, x, targets: t },
      array64([3], [2e4, Math.log(3), 0]),
      (d) => softmaxCrossEntropyGradientReference(d, x, t),
    );
  });
});

describe("categoricalCrossentropy at the clip", () => {
  const engine = useEngine();

  it("costs 16.118096 for probability 0 and passes no gradient, as Keras does", async () => {
    // 16.118096 = -log(1e-7): test/golden/README.md.
    const x = array64([2, 2], [0, 1, 1, 0]);
    const t = oneHot([0, 0], 2);
    await checkLoss(
      engine(),
      { loss: categoricalCrossentropy, x, targets: t },
      array64([2], [16.118096, 1.1920929e-7]),
      () => array64([2, 2]),
    );
  });
});

describe("categoricalCrossentropy of a row whose sum is 0", () => {
  const engine = useEngine();
  // Keras divides 0 by 0; the clip must not make a number of that.
  it.each([2, 3, 2050])("is NaN, and so is its gradient: %s classes", async (classes) => {
    const rows = Array.from({ length: 2 * classes }, (_, i) => (i < classes ? 1 / classes : 0));
    const x = engine().tensor(rows, [2, classes]);
    const one = (label: number) => Array.from({ length: classes }, (_, j) => (j === label ? 1 : 0));
    const hot = engine().tensor([...one(0), ...one(1)], [2, classes]);
    const labels = engine().tensor([0, 1], [2], "u32");
    const perSample = engine().zeros([2]);
    for (const loss of [
      () => categoricalCrossentropy(x, hot, { perSample }),
      () => sparseCategoricalCrossentropy(x, labels, { perSample }),
    ]) {
      const { value, gradients: slopes } = gradients(engine(), loss, [x]);
      expect((await value.data())[0]).toBeNaN();
      expect([...(await perSample.data())].map(Number.isFinite)).toEqual([true, false]);
      const slope = await slopes[0]!.data();
      expect([...slope.subarray(0, classes)].every(Number.isFinite)).toBe(true);
      expect([...slope.subarray(classes)].every(Number.isNaN)).toBe(true);
    }
  });

  it("of numbers that cancel is clipped as in Keras, and only the gradient is NaN", async () => {
    const x = engine().tensor([1, -1], [1, 2]);
    const loss = () => categoricalCrossentropy(x, engine().tensor([1, 0], [1, 2]));
    const { value, gradients: slopes } = gradients(engine(), loss, [x]);
    expect((await value.data())[0]).toBeCloseTo(1.1920929e-7, 12);
    expect([...(await slopes[0]!.data())].every(Number.isNaN)).toBe(true);
  });
});
