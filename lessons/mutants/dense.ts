/** @file Mutants of the matrix product's shaders. */
import { type Mutant, mutants, reluMask } from "./mutant.ts";

type Change = readonly [string, string, string];

/** Mutants of one variant, for the tests that force it. */
function variant(name: string, changes: readonly Change[]): Mutant[] {
  const shared = {
    file: `kernels/dense/matmul.${name}.wgsl`,
    tests: ["kernels/dense/variants"],
    named: `in the variant '${name}`,
  };
  return mutants(name.startsWith("subgroup") ? { ...shared, needs: "subgroups" } : shared, changes);
}

export const dense: readonly Mutant[] = [
  ...variant("naive", [
    ["m * A_ROW + k * A_COLUMN", "m * A_COLUMN + k * A_ROW", "rows and columns of A are swapped"],
    ["for (var k = 0u; k < K;", "for (var k = 1u; k < K;", "the first term is left out"],
  ]),
  ...variant("registers", [
    ["let end = min(first + SLICE, K)", "let end = (first + SLICE)", "no bound at the end of the sum"],
    ["sum10 += outer(", "sum10 -= outer(", "the sign of the lower left quarter"],
    reluMask("f32"),
  ]),
  ...variant("tiled", [
    ["[j][r][local.y]", "[j][r][local.x]", "a tile of A read by columns"],
    ["if (ALONG_K[side]) { terms = transpose(terms); }", "", "what lies along k is not transposed"],
    ["K % TILE_K == 0 || k0 + at[i][1] * 4 + j < K", "true", "no bound at the end of the sum"],
    reluMask("vec4f"),
  ]),
  ...variant("split-k", [
    ["first >= 2);", "first >= 3);", "a start in the middle of a vector is missed"],
    ["EVEN || k0 + at[i][1] * 4 + j < end", "true", "no bound at the end of a slice"],
    ["g < GROUPS; g++", "g < GROUPS - 1; g++", "the last group's sums are left out"],
    ["if (N % 4 == 0 || n + i < N)", "if (true)", "columns past the last are stored"],
  ]),
  ...mutants(
    {
      file: "kernels/dense/bias-gradient.wgsl",
      tests: ["kernels/dense/variants"],
      named: "has the extras of gradients in the variant 'tiled",
    },
    [["share < SHARES; share++", "share < SHARES - 1; share++", "the last share of the rows is left out"]],
  ),
  ...variant("subgroup", [
    ["{ return transpose(block); }", "{ return block; }", "a transposed A is not transposed"],
    ["K % 4 == 0 || k < K)", "true)", "no bound at the end of the sum"],
    reluMask("vec4f"),
  ]),
  ...variant("subgroup-any", [
    ["select(m * K + k, k * M + m,", "select(k * M + m, m * K + k,", "the ways to store A are swapped"],
    ["column_sum += (rows", "column_sum -= (rows", "the sign of the column sums"],
    ["if (n >= N) { break; }", "", "columns past the last are stored"],
    reluMask("f32"),
  ]),
  ...mutants(
    {
      file: "kernels/dense/matmul.subgroup-matrix.wgsl",
      tests: ["kernels/dense/subgroup-matrix"],
      named: "with its built-in functions computed one by one",
    },
    [["% 2 * QUARTER;", "/ 2 * QUARTER;", "two of the four subgroups compute the same quarter"]],
  ),
  ...mutants(
    {
      file: "kernels/dense/reduce-partials.wgsl",
      tests: ["kernels/dense/variants"],
      named: "k in 3 slices",
    },
    [
      [
        "[(batch * SPLIT + slice_at(slice + i)) * M * N",
        "[batch * SPLIT * M * N",
        "the first slice over and over",
      ],
      ["bias[element % N]", "bias[element % M]", "a wrong entry of the bias"],
    ],
  ),
];
