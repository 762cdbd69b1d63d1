/** @file Every kernel of the matrix product, forced, on sizes that are no multiples of its tiles. */
import { describe, expect, it } from "vitest";
import {
  fitsSubgroup,
  fitsTiles,
  type MatmulVariant,
  naiveMatmul,
  registersMatmul,
  splitKMatmul,
  subgroupMatmul,
  tiledMatmul,
} from "../../../kernels/dense/choose.ts";
import { epilogueReference, matmulReference } from "../../../kernels/dense/dense.reference.ts";
import type { MatmulProblem } from "../../../kernels/dense/problem.ts";
import { multiply } from "../../../kernels/dense/product.ts";
import type { FusedActivation } from "../../../kernels/elementwise/fused-activation.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { slopeOf } from "../../../lessons/properties/slope.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { halfUlps, hasHalf, roundedToHalf } from "../../support/half.ts";
import { expectExplained, spoiled } from "../../support/hostile.ts";
import { randomArray } from "../../support/random.ts";
import { inTwoRows } from "../../support/two-rows.ts";

/** "nt" is A B^T: the letter of a side says whether it is stored transposed. */
function problem(m: number, n: number, k: number, sides: string, batch = 1, shared = ""): MatmulProblem {
  return {
    m,
    n,
    k,
    transposeA: sides[0] === "t",
    transposeB: sides[1] === "t",
    batch,
    batchStrideA: batch === 1 || shared === "a" ? 0 : m * k,
    batchStrideB: batch === 1 || shared === "b" ? 0 : k * n,
  };
}

/** Sizes that only the kernels for any size take; all four ways to store the sides, and a batch that shares B. */
const anySize = [
  problem(1, 1, 1, "nn"),
  problem(65, 33, 17, "nt"),
  problem(33, 65, 4, "tt"),
  problem(3, 17, 33, "tn", 3, "b"),
];
/** The same for the subgroup kernel: n % 4 = 0, and k % 4 = 0 but for "tn". */
const vectors = [
  problem(33, 68, 4, "nn", 2),
  problem(17, 36, 20, "nt", 2, "a"),
  problem(4, 4, 33, "tn"),
  problem(20, 36, 4, "tt"),
];

/** The naive kernel shares no matrix among a batch. */
function unshared(shape: MatmulProblem): MatmulProblem {
  const { m, n, k, batch } = shape;
  return batch === 1 ? shape : { ...shape, batchStrideA: m * k, batchStrideB: k * n };
}

/** Cuts the sum over k into slices, of which the last may be empty. */
function inSlices(variant: MatmulVariant, split: number): MatmulVariant {
  return { ...variant, split, constants: { ...variant.constants, SPLIT: split } };
}

/** Four terms of a group at a time: less to compile. */
function inShortTurns(variant: MatmulVariant): MatmulVariant {
  return { ...variant, constants: { ...variant.constants, GROUP_K: 4 } };
}

/** Sizes of the tiled kernel: one product, n % 4 = 0, k % 4 = 0 but for A [k, m] and B [k, n], m % 4 = 0 for A [k, m]. */
const wholeVectors = [problem(20, 36, 4, "tt"), problem(33, 68, 20, "nn"), problem(68, 36, 33, "tn")];

interface Row {
  readonly name: string;
  readonly problems: readonly MatmulProblem[];
  make(problem: MatmulProblem, subgroupSize: number): MatmulVariant;
}

/** The hard sizes for each kernel; every one costs a pipeline, up to seconds on lavapipe. */
const rows: readonly Row[] = [
  { name: "naive", problems: [...anySize, ...vectors].map(unshared), make: () => naiveMatmul },
  { name: "registers, 4 x 4", problems: anySize, make: (problem) => registersMatmul(problem, 4) },
  { name: "registers, 8 x 8", problems: anySize, make: (problem) => registersMatmul(problem, 8) },
  {
    name: "registers, k in 3 slices",
    problems: anySize.slice(1),
    make: (problem) => inSlices(registersMatmul(problem, 4), 3),
  },
  { name: "tiled", problems: wholeVectors, make: (problem) => tiledMatmul(problem) },
  {
    name: "tiled, two vectors each way",
    problems: [problem(132, 68, 20, "nt")],
    make: (problem) => tiledMatmul(problem, {}, 2),
  },
  {
    name: "split-k",
    problems: [problem(1, 3, 5, "nn"), anySize[3]!, problem(12, 33, 45, "tt")],
    make: (problem) => inSlices(splitKMatmul(problem), 1),
  },
  {
    name: "split-k, tiles of 64 x 64",
    problems: [problem(65, 67, 37, "nt", 2, "a")],
    make: (problem) => inShortTurns(inSlices(splitKMatmul(problem), 1)),
  },
  {
    name: "split-k, tiles of 128 x 128",
    problems: [problem(130, 36, 22, "nn")],
    make: (problem) => inShortTurns(inSlices(splitKMatmul({ ...problem, m: 4096, n: 4096 }), 1)),
  },
  {
    name: "split-k, k in 3 slices",
    problems: [problem(12, 70, 45, "nn"), anySize[3]!],
    make: (problem) => inShortTurns(inSlices(splitKMatmul(problem), 3)),
  },
  {
    name: "subgroup, 8 rows",
    problems: vectors,
    make: (problem, lanes) => subgroupMatmul(problem, lanes, 8),
  },
  {
    name: "subgroup, most rows",
    problems: vectors.slice(1, 3),
    make: (problem, lanes) => subgroupMatmul(problem, lanes, 4 * lanes),
  },
  {
    name: "subgroup, k in 3 slices",
    problems: vectors.slice(2, 3),
    make: (problem, lanes) => inSlices(subgroupMatmul(problem, lanes, 8), 3),
  },
  {
    name: "subgroup-any, 12 rows",
    problems: anySize,
    make: (problem, lanes) => subgroupMatmul(problem, lanes, 12),
  },
  {
    name: "subgroup-any, most rows",
    problems: anySize.slice(1, 2),
    make: (problem, lanes) => subgroupMatmul(problem, lanes, 4 * lanes),
  },
  {
    name: "subgroup-any, k in 3 slices",
    problems: anySize.slice(1),
    make: (problem, lanes) => inSlices(subgroupMatmul(problem, lanes, 8), 3),
  },
];

const activations = ["linear", "relu", "sigmoid", "tanh"] as const;

describe("matrix product", () => {
  const engine = useEngine();

  function operands({ m, n, k, transposeA, transposeB, ...problem }: MatmulProblem, seed: number) {
    const a = transposeA ? [k, m] : [m, k];
    const b = transposeB ? [n, k] : [k, n];
    return {
      a: randomArray(problem.batchStrideA ? [problem.batch, ...a] : a, seed),
      b: randomArray(problem.batchStrideB ? [problem.batch, ...b] : b, seed + 1),
      bias: randomArray([n], seed + 2),
    };
  }

  async function check(
    problem: MatmulProblem,
    variant: MatmulVariant,
    wanted: FusedActivation,
    seed: number,
  ) {
    const { a, b, bias } = operands(problem, seed);
    const bare = variant.name === "naive"; // computes the product alone
    const activation = bare ? "linear" : wanted;
    const { m, n, k, batch } = problem;
    const product = () =>
      multiply(problem, {
        a: engine().tensor(a.data, a.shape),
        b: engine().tensor(b.data, b.shape),
        ...(!bare && { bias: engine().tensor(bias.data, bias.shape), activation }),
        output: [batch, m, n],
        variant,
      }).data();
    const y = await product();
    const products = matmulReference(a, b, problem);
    const expected = bare ? products : epilogueReference(products, bias, activation);
    const what = `${JSON.stringify(problem)}, ${activation}`;
    expectClose(y, expected.data, { terms: k + 1, scale: 1 }, what);
    expect(await inTwoRows(engine(), product), `${what}, workgroups in two rows`).toEqual(y);
  }

  it.for(rows)("is the same in the variant $name, and in every run", async (row, { skip }) => {
    const lanes = engine().adapter.subgroupSize;
    if (row.name.startsWith("subgroup") && lanes < 4) skip("this adapter has no subgroups of a fixed size");
    for (const [i, problem] of row.problems.entries()) {
      const variant = row.make(problem, lanes);
      expect(variant.name).toBe(row.name.split(",")[0]);
      const seed = 100 * rows.indexOf(row) + 10 * i; // its own values: recycled memory may hold another kernel's result
      await check(problem, variant, activations[i % activations.length]!, seed);
    }
  });

  /** What the gradients of a layer ask for besides the product: the sums of B's columns, and an activation's derivative. */
  async function checkGradientExtras(problem: MatmulProblem, variant: MatmulVariant, seed: number) {
    const { a, b } = operands(problem, seed);
    const { m, n, k, transposeB, batch } = problem;
    const kept = randomArray([batch, m, n], seed + 3);
    const ones = array64([m, k], new Float64Array(m * k).fill(1));
    for (const activation of ["relu", "sigmoid", "tanh"] as const) {
      const columnSums = engine().zeros([n]);
      const y = multiply(problem, {
        a: engine().tensor(a.data, a.shape),
        b: engine().tensor(b.data, b.shape),
        derivative: { activation, output: engine().tensor(kept.data, kept.shape) },
        ...(batch === 1 && { columnSums }),
        output: [batch, m, n],
        variant,
      });
      const what = `${JSON.stringify(problem)}, ${activation}`;
      const product = matmulReference(a, b, problem);
      const slopes = kept.data.map((value) => slopeOf(activation, value));
      const expected = product.data.map((value, i) => value * slopes[i]!);
      expectClose(await y.data(), expected, { terms: k + 1, scale: 1 }, what);
      if (batch > 1) continue;
      const sums = matmulReference(ones, b, { transposeB }).data.subarray(0, n);
      expectClose(await columnSums.data(), sums, { terms: k, scale: 1 }, `${what}, column sums`);
    }
  }

  const withExtras = rows.filter(({ name }) => name !== "naive");

  it.for(withExtras)("has the extras of gradients in the variant $name", async (row, { skip }) => {
    const lanes = engine().adapter.subgroupSize;
    if (row.name.startsWith("subgroup") && lanes < 4) skip("this adapter has no subgroups of a fixed size");
    const problem = row.problems.findLast(({ batch }) => batch === 1) ?? row.problems[0]!;
    await checkGradientExtras(problem, row.make(problem, lanes), 7 + withExtras.indexOf(row));
  });

  // By pipelines that the tests above have compiled; that `activate` is one text in all variants is tested elsewhere.
  it.for(rows)("loses and invents no NaN in the variant $name", async (row, { skip }) => {
    const lanes = engine().adapter.subgroupSize;
    if (row.name.startsWith("subgroup") && lanes < 4) skip("this adapter has no subgroups of a fixed size");
    const number = Math.max(
      0,
      row.problems.findLastIndex(({ batch }) => batch === 1),
    );
    const problem = row.problems[number]!;
    const bare = row.name === "naive";
    const own = bare ? "linear" : activations[number % activations.length]!;
    const { m, n, batch } = problem;
    const { a, b, bias } = operands(problem, 3);
    const kept = spoiled(randomArray([batch, m, n], 4), 5);
    const upload = ({ data, shape }: Array64) => engine().tensor(data, shape);
    for (const [left, right] of [[spoiled(a, 6), b] as const, [a, spoiled(b, 7)] as const]) {
      const shared = { a: upload(left), b: upload(right), output: [batch, m, n] };
      const product = matmulReference(left, right, problem);
      const variant = row.make(problem, lanes);
      const epilogue = bare ? {} : { bias: upload(bias), activation: own };
      const y = await multiply(problem, { ...shared, ...epilogue, variant }).data();
      const expected = bare ? product : epilogueReference(product, bias, own);
      expectExplained(y, [expected.data], `${row.name}, ${own}`, 1e-5);
      if (bare) continue;
      for (const activation of ["relu", "sigmoid", "tanh"] as const) {
        const gradient = multiply(problem, {
          ...shared,
          derivative: { activation, output: upload(kept) },
          ...(batch === 1 && { columnSums: engine().zeros([n]) }),
          variant,
        });
        const expected = product.data.map((value, i) => value * slopeOf(activation, kept.data[i]!));
        expectExplained(await gradient.data(), [expected], `${row.name}, slope of ${activation}`, 1e-5);
      }
    }
  });

  it.for(rows)("takes and gives f16 in the variant $name", async (row, { skip }) => {
    const lanes = engine().adapter.subgroupSize;
    if (!hasHalf) skip("this adapter has no shader-f16");
    if (row.name.startsWith("subgroup") && lanes < 4) skip("this adapter has no subgroups of a fixed size");
    const problem = row.problems.at(-1)!;
    const given = operands(problem, 300 + rows.indexOf(row));
    const [a, b] = [roundedToHalf(given.a), roundedToHalf(given.b)];
    const { m, n, k, batch } = problem;
    const kept = roundedToHalf(randomArray([batch, m, n], 9));
    const output = engine().tensor(kept.data, kept.shape, "f16");
    const bare = row.name === "naive";
    const y = multiply(problem, {
      a: engine().tensor(a.data, a.shape, "f16"),
      b: engine().tensor(b.data, b.shape, "f16"),
      ...(!bare && { derivative: { activation: "tanh", output } }),
      output: { shape: [batch, m, n], dtype: "f16" },
      variant: row.make(problem, lanes),
    });
    const product = matmulReference(a, b, problem);
    const expected = product.data.map((value, i) => value * (bare ? 1 : slopeOf("tanh", kept.data[i]!)));
    expect(y.dtype).toBe("f16");
    expectClose(await y.data(), expected, { ulps: halfUlps + 16 * Math.sqrt(k) }, JSON.stringify(problem));
  });

  it("says which problems the tiled kernel takes", () => {
    expect(wholeVectors.map(fitsTiles)).toEqual([true, true, true]);
    expect(anySize.map(fitsTiles)).toEqual([false, false, false, false]);
    expect(fitsTiles(problem(4, 4, 33, "nn")), "k % 4 with A [m, k]").toBe(false);
    expect(fitsTiles(problem(3, 4, 33, "tn")), "m % 4 with A [k, m]").toBe(false);
    expect(fitsTiles(problem(4, 4, 4, "nn", 2)), "a batch").toBe(false);
    expect(fitsTiles(problem(4, 4, 8196, "nn")), "a long sum").toBe(false);
  });

  it("says which problems the subgroup kernel takes", () => {
    expect(anySize.map((problem) => fitsSubgroup(problem, 8))).toEqual([false, false, false, false]);
    expect(vectors.map((problem) => fitsSubgroup(problem, 8))).toEqual([true, true, true, true]);
    expect(fitsSubgroup(problem(4, 4, 33, "nn"), 8), "k % 4 with A [m, k]").toBe(false);
    expect(fitsSubgroup(problem(3, 4, 33, "tn"), 8), "m % 4 with A [k, m]").toBe(false);
    expect(fitsSubgroup(problem(4, 4, 4, "nn"), 0), "no subgroups").toBe(false);
  });
});
