/**
 * @file The experimental matrix product on matrix units. No adapter here has them, so that it never ran as it is: Tint checks
 * it on Dawn's null backend, and everything but the three built-in functions runs with those computed one by one.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeAdapter } from "../../../engine/adapter.ts";
import { ArgumentError } from "../../../engine/errors.ts";
import { experimental } from "../../../engine/experimental.ts";
import { provideSources, readSource } from "../../../engine/source.ts";
import { chooseMatmul, subgroupMatrixMatmul } from "../../../kernels/dense/choose.ts";
import { epilogueReference, matmulReference } from "../../../kernels/dense/dense.reference.ts";
import type { MatmulProblem } from "../../../kernels/dense/problem.ts";
import { multiply } from "../../../kernels/dense/product.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { describeHalf, halfUlps, roundedToHalf } from "../../support/half.ts";
import { randomArray } from "../../support/random.ts";
import { emulated, expectTintAccepts } from "../../support/subgroup-matrix.ts";

const id = "dense/matmul.subgroup-matrix";
const source = readSource({ name: id });

const sizes = { m: 16, n: 16, k: 8 };
function problem(m: number, n: number, k: number, sides: string): MatmulProblem {
  const [transposeA, transposeB] = [sides[0] === "t", sides[1] === "t"];
  return { m, n, k, transposeA, transposeB, batch: 1, batchStrideA: 0, batchStrideB: 0, half: true };
}

describe("the shader", () => {
  it.each([
    [16, 16, 16],
    [8, 8, 8],
  ])("is accepted by Tint with matrices of %i x %i x %i and tensors of f16", async (m, n, k) => {
    const { constants } = subgroupMatrixMatmul(
      problem(100, 100, 100, "nt"),
      { subgroupSize: 32 },
      { m, n, k },
    );
    const bindings = {
      reads: ["a", "b", "bias", "kept"],
      writes: ["y", "column_sums"],
      updates: [],
      step: true,
      flops: {},
    };
    const definition = { name: id, source: undefined, ...bindings };
    await expectTintAccepts(definition, constants, ["a", "kept", "y"]);
  });
});

describeHalf("with its built-in functions computed one by one", () => {
  const engine = useEngine();
  beforeAll(() => provideSources({ [id]: emulated(source) }));
  afterAll(() => provideSources({ [id]: source }));

  it.for([
    ["tn", 33, 70, 37, 1],
    ["nt", 64, 16, 70, 3],
  ] as const)("%s: %i x %i, sums of %i in %i slices", async ([sides, m, n, k, split]) => {
    const shape = problem(m, n, k, sides);
    const a = roundedToHalf(randomArray(shape.transposeA ? [k, m] : [m, k], 1));
    const b = roundedToHalf(randomArray(shape.transposeB ? [n, k] : [k, n], 2));
    const bias = randomArray([n], 3);
    const variant = subgroupMatrixMatmul(shape, { subgroupSize: 16 }, sizes);
    const columnSums = engine().zeros([n]);
    const y = multiply(shape, {
      a: engine().tensor(a.data, a.shape, "f16"),
      b: engine().tensor(b.data, b.shape, sides === "tn" ? "f16" : "f32"), // weights are f32
      bias: engine().tensor(bias.data),
      activation: "tanh",
      columnSums,
      output: { shape: [m, n], dtype: "f16" },
      variant: { ...variant, split, constants: { ...variant.constants, SPLIT: split } },
    });
    const expected = epilogueReference(matmulReference(a, b, shape), bias, "tanh");
    expectClose(await y.data(), expected.data, { ulps: halfUlps + 16 * Math.sqrt(k), scale: 1 }, "y");
    const ones = roundedToHalf({ shape: [1, k], data: new Float64Array(k).fill(1) });
    const sums = matmulReference(ones, b, { transposeB: shape.transposeB });
    expectClose(await columnSums.data(), sums.data, { terms: k, scale: 1 }, "column sums");
  });
});

describe("it is chosen", () => {
  const gpu = { class: "gpu", subgroupSize: 32 } as const;
  const large = problem(256, 256, 256, "nn");

  it("only on an adapter with matrix units, for operands of f16", () => {
    const withMatrices = { ...gpu, subgroupMatrix: sizes };
    expect(chooseMatmul(large, withMatrices).name).toBe("subgroup-matrix");
    expect(chooseMatmul(large, gpu).name).toBe("split-k");
    expect(chooseMatmul({ ...large, half: false }, withMatrices).name).toBe("split-k");
    expect(chooseMatmul({ ...large, m: 10 }, withMatrices).name).toBe("split-k");
    expect(chooseMatmul(large, { ...withMatrices, subgroupSize: 8 }).name).toBe("split-k");
  });

  it("with the sizes that the adapter names for f16 with sums in f32", () => {
    const config = (componentType: string, resultComponentType: string, M: number, N: number, K: number) => ({
      ...{ componentType, resultComponentType, M, N, K },
    });
    const info = {
      ...{ vendor: "nvidia", architecture: "hopper", device: "H200", description: "" },
      ...{ subgroupMinSize: 32, subgroupMaxSize: 32 },
      // as Dawn documents them: docs/dawn/features/subgroup_matrix.md
      subgroupMatrixConfigs: [
        config("f16", "f16", 16, 16, 16),
        config("f16", "f32", 16, 8, 16),
        config("f16", "f32", 16, 16, 16),
        config("u8", "u32", 16, 16, 32),
      ],
    };
    const describe = (...features: string[]) =>
      describeAdapter({ info, features: new Set(features), limits: {} } as never);
    expect(describe("subgroups", "chromium-experimental-subgroup-matrix").subgroupMatrix).toEqual({
      m: 16,
      n: 16,
      k: 16,
    });
    expect(describe("subgroups").subgroupMatrix).toBeUndefined();
  });

  it("if WGRAD_EXPERIMENTAL names it, which knows nothing else", () => {
    const before = process.env.WGRAD_EXPERIMENTAL;
    try {
      process.env.WGRAD_EXPERIMENTAL = "";
      expect(experimental("subgroup-matrix")).toBe(false);
      process.env.WGRAD_EXPERIMENTAL = "subgroup-matrix";
      expect(experimental("subgroup-matrix")).toBe(true);
      process.env.WGRAD_EXPERIMENTAL = "subgroup-matrices";
      expect(() => experimental("subgroup-matrix")).toThrow(ArgumentError);
      expect(() => experimental("subgroup-matrix")).toThrow("Did you mean subgroup-matrix?");
    } finally {
      if (before === undefined) delete process.env.WGRAD_EXPERIMENTAL;
      else process.env.WGRAD_EXPERIMENTAL = before;
    }
  });
});
