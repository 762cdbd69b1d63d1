import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseMatmul, type MatmulVariant, type TuningAdapter } from "../../../kernels/dense/choose.ts";
import type { MatmulProblem } from "../../../kernels/dense/problem.ts";
import { multiply } from "../../../kernels/dense/product.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { adapters, useKernelMode } from "../tuning/adapters.ts";

function problem(m: number, n: number, k: number, more: Partial<MatmulProblem> = {}): MatmulProblem {
  const plain = { transposeA: false, transposeB: false, batch: 1, batchStrideA: 0, batchStrideB: 0 };
  return { m, n, k, ...plain, ...more };
}

describe("chooseMatmul", () => {
  const engine = useEngine();
  useKernelMode();

  const gpu: TuningAdapter = { class: "gpu", subgroupSize: 32 };
  const lavapipe: TuningAdapter = { class: "lavapipe", subgroupSize: 8 };
  const swiftshader: TuningAdapter = { class: "swiftshader", subgroupSize: 4 };
  const tile = ({ name, tileM, tileN }: MatmulVariant) => [name, tileM, tileN];

  it("has a default for each class of adapters", () => {
    expect(tile(chooseMatmul(problem(4096, 4096, 1024), gpu))).toEqual(["tiled", 128, 128]);
    expect(tile(chooseMatmul(problem(4096, 4095, 1024), gpu)), "n % 4").toEqual(["split-k", 128, 128]);
    expect(tile(chooseMatmul(problem(1024, 1024, 1024), gpu))).toEqual(["split-k", 64, 64]);
    expect(tile(chooseMatmul(problem(25, 1000, 784), gpu))).toEqual(["split-k", 32, 64]);
    expect(tile(chooseMatmul(problem(100, 10, 1000), gpu))).toEqual(["split-k", 64, 16]);
    expect(tile(chooseMatmul(problem(1000, 1000, 32), gpu)), "a short sum").toEqual(["tiled", 64, 64]);
    expect(tile(chooseMatmul(problem(128, 512, 1024), lavapipe))).toEqual(["subgroup", 32, 32]);
    expect(tile(chooseMatmul(problem(25, 512, 1024), lavapipe))).toEqual(["subgroup", 28, 32]);
    expect(tile(chooseMatmul(problem(100, 512, 1024), lavapipe))).toEqual(["subgroup", 28, 32]);
    expect(tile(chooseMatmul(problem(8, 512, 1024), lavapipe))).toEqual(["subgroup", 8, 32]);
    expect(tile(chooseMatmul(problem(128, 250, 1024), lavapipe)), "n % 4").toEqual(["subgroup-any", 32, 32]);
    expect(tile(chooseMatmul(problem(32, 10, 20), lavapipe)), "little to do").toEqual(["registers", 8, 32]);
    expect(tile(chooseMatmul(problem(128, 512, 1024), swiftshader))).toEqual(["registers", 16, 16]);
    expect(tile(chooseMatmul(problem(128, 3, 1024), swiftshader))).toEqual(["registers", 8, 32]);
  });

  it("does without subgroups where there are none", () => {
    const square = problem(128, 128, 128);
    expect(chooseMatmul(square, { class: "gpu", subgroupSize: 0 }).name).toBe("tiled");
    expect(chooseMatmul(square, { class: "lavapipe", subgroupSize: 0 }).name).toBe("registers");
    expect(chooseMatmul(square, { class: "swiftshader", subgroupSize: 0 }).name).toBe("registers");
  });

  it("takes the naive kernel everywhere with WGRAD_KERNELS=naive", () => {
    process.env.WGRAD_KERNELS = "naive";
    for (const adapter of adapters) expect(chooseMatmul(problem(64, 64, 64), adapter).name).toBe("naive");
  });

  it("cuts a long sum when there are few tiles, and no short one", () => {
    for (const adapter of adapters) {
      expect(chooseMatmul(problem(16, 16, 65536), adapter).split, adapter.class).toBeGreaterThan(1);
      if (adapter.class !== "gpu") expect(chooseMatmul(problem(16, 16, 255), adapter).split).toBe(1);
      expect(chooseMatmul(problem(16, 16, 32), adapter).split, adapter.class).toBe(1);
      expect(chooseMatmul(problem(8192, 8192, 65536), adapter).split, adapter.class).toBe(1);
    }
  });

  const size = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 2 ** 24 }));
  const cases = fc
    .record({
      m: size,
      n: size,
      k: size,
      batch: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2 ** 24 })),
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
      naive: fc.boolean(),
    })
    .filter(({ m, n, k, batch }) => batch * Math.max(m * n, m * k, k * n) <= 2 ** 24); // 64 MiB
  // a dry run: nothing is computed
  const runs = { ...properties, numRuns: 10 * properties.numRuns };

  it("is pure, and what it picks can be launched for as many rows, columns and products as there is memory for", () => {
    fc.assert(
      fc.property(cases, ({ naive, ...sizes }) => {
        if (naive) process.env.WGRAD_KERNELS = "naive";
        else delete process.env.WGRAD_KERNELS;
        const { m, n, k, batch } = sizes;
        const problem = Object.freeze({ ...sizes, batchStrideA: m * k, batchStrideB: k * n });
        for (const adapter of adapters) {
          const variant = chooseMatmul(problem, Object.freeze({ ...adapter }));
          expect(chooseMatmul(problem, adapter)).toEqual(variant);
          engine().plan(() => {
            const [a, b] = [engine().zeros([batch, m, k]), engine().zeros([batch, k, n])];
            multiply(problem, { a, b, output: [batch, m, n], variant }); // throws for a dispatch that is not allowed
          });
        }
      }),
      runs,
    );
  });
});
