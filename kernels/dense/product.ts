/** @file One matrix product on the GPU, in the variant that the chooser picks; what dense and matmul are made of. */

import { WgradError } from "../../engine/errors.ts";
import { type Kernel, kernel, type Output, run } from "../../engine/kernel.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { type FusedActivation, fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { reduceBlock } from "../reduce/block.ts";
import { chooseMatmul, type MatmulVariant } from "./choose.ts";
import type { MatmulProblem } from "./problem.ts";

const bindings = { reads: ["a", "b", "bias", "kept"], writes: ["y", "column_sums"], step: true } as const;
type ProductKernel = Kernel<(typeof bindings.reads)[number], (typeof bindings.writes)[number], never>;
const naive = kernel("dense/matmul.naive", { reads: ["a", "b"], writes: ["y"] });
const kernels: Record<Exclude<MatmulVariant["name"], "naive">, ProductKernel> = {
  registers: kernel("dense/matmul.registers", bindings),
  tiled: kernel("dense/matmul.tiled", bindings),
  subgroup: kernel("dense/matmul.subgroup", bindings),
  "subgroup-any": kernel("dense/matmul.subgroup-any", bindings),
  "subgroup-matrix": kernel("dense/matmul.subgroup-matrix", bindings),
};
const reducePartials = kernel("dense/reduce-partials", {
  reads: ["partials", "bias", "kept"],
  writes: ["y"],
  flops: { partials: 1 },
});

/** Rows whose sum a product's kernel takes one after the other; longer sums are taken by a kernel of their own, in runs. */
const longestColumnSum = 1024;

export interface ProductOptions {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** [n] */
  readonly bias?: Tensor | undefined;
  readonly activation?: FusedActivation;
  /** a gradient goes on through the activation that made its input: y is multiplied by its derivative */
  readonly derivative?: {
    readonly activation: FusedActivation;
    /** [m, n], what the activation returned */
    readonly output: Tensor;
  };
  /** receives the sum over k of B[k, n]: where B is the gradient of a layer's output, that of its bias */
  readonly columnSums?: Output | undefined;
  /** where to write, else a new tensor [m, n] */
  readonly output?: Output;
  /** forces a variant: tests and benchmarks */
  readonly variant?: MatmulVariant;
}

/** y = activation(A B + bias) of two matrices. The caller has checked the shapes. */
export function matrixProduct(options: ProductOptions): Tensor {
  const problem = matrixProblem(options);
  return multiply(problem, { output: [problem.m, problem.n], ...options });
}

/** true if a product can be subtracted from parameters as it is computed: if its sums are not cut into slices. */
export function allowsDescent(
  options: Pick<ProductOptions, "a" | "b" | "transposeA" | "transposeB">,
): boolean {
  return chooseMatmul(matrixProblem(options), options.a.engine.adapter).split === 1;
}

/**
 * Plain gradient descent: subtracts rate * (x^T dy) from weights, and rate * (sum over the rows of dy) from bias, in the kernel of
 * the product. rate = learning rate / (1 + decay * step) by the StepState; nothing changes once that is halted.
 */
export function descendWeights(
  { x, dy, weights, bias }: { x: Tensor; dy: Tensor; weights: Tensor; bias: Tensor | undefined },
  decay: number,
  variant?: MatmulVariant,
): void {
  const product = { a: x, b: dy, transposeA: true, output: weights, columnSums: bias };
  const options = { ...product, ...(variant && { variant }) };
  multiplyFused(matrixProblem(options), options, { DESCEND: 1, DECAY: decay });
}

/** [n, features]: a product sees the axes before the last as one. */
export function asMatrix(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : aliasOf(x, [-1, x.shape.at(-1)!]);
}

function matrixProblem({ a, b, transposeA = false, transposeB = false }: ProductOptions): MatmulProblem {
  const [m, k] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const n = transposeB ? b.shape[0]! : b.shape[1]!;
  return { m, n, k, transposeA, transposeB, batch: 1, batchStrideA: 0, batchStrideB: 0 };
}

/** The product described by `problem`, for any number of batches. */
export function multiply(problem: MatmulProblem, options: BatchedOptions): Tensor {
  const variant = variantFor(problem, options);
  if (variant.name !== "naive") return multiplyFused(problem, options, {});
  const { a, b, bias, activation = "linear", derivative, columnSums, output } = options;
  if (bias || activation !== "linear" || derivative || columnSums)
    throw new WgradError("matmul: the naive kernel computes the product alone, without bias or activation.");
  const { m, n, k, batch, transposeA, transposeB } = problem;
  const shared = batch > 1 && (problem.batchStrideA === 0 || problem.batchStrideB === 0);
  if (shared) throw new WgradError("matmul: the naive kernel shares no matrix; copy it for the batch.");
  const [ofA, ofB] = [transposeA ? [1, m] : [k, 1], transposeB ? [1, k] : [n, 1]];
  const strides = { A_ROW: ofA[0]!, A_COLUMN: ofA[1]!, B_ROW: ofB[0]!, B_COLUMN: ofB[1]! };
  const constants = { M: m, N: n, K: k, ...strides };
  const workgroups = Math.ceil(m / variant.tileM) * Math.ceil(n / variant.tileN) * batch;
  return run(naive, { a, b }, { y: output }, { constants, workgroups, flops: 2 * batch * m * n * k }).y;
}

type BatchedOptions = ProductOptions & { readonly output: Output };

function variantFor(problem: MatmulProblem, { a, b, variant }: ProductOptions): MatmulVariant {
  const half = a.dtype === "f16" || b.dtype === "f16";
  return variant ?? chooseMatmul({ ...problem, half }, a.engine.adapter);
}

/** A product with all that its kernel does besides; `descend`: what would be written is subtracted instead. */
function multiplyFused(
  problem: MatmulProblem,
  options: BatchedOptions,
  descend: { readonly DESCEND?: 1; readonly DECAY?: number },
): Tensor {
  const { a, b, bias, activation = "linear", derivative, output } = options;
  const { name, ...variant } = variantFor(problem, options);
  if (name === "naive") throw new WgradError("matmul: the naive kernel changes no weights.");
  const { m, n, k, batch } = problem;
  const { split } = variant;
  const epilogue = {
    HAS_BIAS: bias ? 1 : 0,
    ACTIVATION: fusedActivationCodes[activation],
    DERIVATIVE: derivative ? fusedActivationCodes[derivative.activation] : 0,
  };
  const sumsColumns = split === 1 && (descend.DESCEND === 1 || k <= longestColumnSum);
  const columnSums = sumsColumns ? options.columnSums : undefined;
  const constants = {
    M: m,
    N: n,
    K: k,
    TRANSPOSE_A: problem.transposeA ? 1 : 0,
    TRANSPOSE_B: problem.transposeB ? 1 : 0,
    BATCH_STRIDE_A: problem.batchStrideA,
    BATCH_STRIDE_B: problem.batchStrideB,
    COLUMN_SUMS: columnSums ? 1 : 0,
    DESCEND: 0,
    DECAY: 0,
    ...descend,
    ...variant.constants,
    ...(split > 1 ? {} : epilogue),
  };
  const tiles = { rows: Math.ceil(m / variant.tileM), columns: Math.ceil(n / variant.tileN) };
  const workgroups = tiles.rows * tiles.columns * batch * split;
  const work = { constants, workgroups, flops: 2 * batch * m * n * k };
  const unused = a.engine.one;
  const extra = {
    bias: bias ?? unused,
    kept: derivative && derivative.activation !== "linear" ? derivative.output : unused,
  };
  const outputs = { y: split === 1 ? output : [batch, split, m, n], column_sums: columnSums ?? [1] };
  const product = run(kernels[name], { a, b, ...extra }, outputs, work);
  if (!columnSums) {
    a.engine.scopes.discard(product.column_sums);
    const block = problem.transposeB ? { outer: n, length: k, inner: 1 } : { outer: 1, length: k, inner: n };
    if (options.columnSums) reduceBlock(b, block, { operation: "sum" }, options.columnSums);
  }
  if (split === 1) return product.y;

  const reduction = {
    constants: { M: m, N: n, SPLIT: split, ...epilogue },
    invocations: batch * m * n,
  };
  const sum = run(reducePartials, { partials: product.y, ...extra }, { y: output }, reduction).y;
  a.engine.scopes.discard(product.y);
  return sum;
}
