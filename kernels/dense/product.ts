/** @file One matrix product on the GPU, in the variant that the chooser picks; what dense and matmul are made of. */

import { WgradError } from "../../engine/errors.ts";
import { type Kernel, kernel, type Output, run } from "../../engine/kernel.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { type FusedActivation, fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { reduceBlock } from "../reduce/block.ts";
import { chooseMatmul, type MatmulVariant } from "./choose.ts";
import type { MatmulProblem } from "./problem.ts";
import { sumSlices } from "./sum-slices.ts";

const reads = ["a", "b", "bias", "kept"] as const;
const bindings = { reads, writes: ["y", "column_sums"], step: true } as const;
type ProductKernel = Kernel<(typeof reads)[number], "y" | "column_sums", never>;
const naive = kernel("dense/matmul.naive", { reads: ["a", "b"], writes: ["y"] });
const kernels: Record<Exclude<MatmulVariant["name"], "naive" | "tiled" | "split-k">, ProductKernel> = {
  registers: kernel("dense/matmul.registers", bindings),
  subgroup: kernel("dense/matmul.subgroup", bindings),
  "subgroup-any": kernel("dense/matmul.subgroup-any", bindings),
  "subgroup-matrix": kernel("dense/matmul.subgroup-matrix", bindings),
};
const tiled = kernel("dense/matmul.tiled", { reads, writes: ["y"], step: true });
const splitK = kernel("dense/matmul.split-k", { reads: ["a", "b"], writes: ["y"] });
const biasGradient = kernel("dense/bias-gradient", {
  reads: ["dy"],
  writes: ["dbias"],
  step: true,
  flops: { dy: 1 },
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
  const { name, split } = chooseMatmul(matrixProblem(options), options.a.engine.adapter);
  return name !== "split-k" && split === 1;
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

type Descent = { readonly DESCEND?: 1; readonly DECAY?: number };

/** A product with all that its kernels do besides; `descend`: what would be written is subtracted instead. */
function multiplyFused(problem: MatmulProblem, options: BatchedOptions, descend: Descent): Tensor {
  const { bias, activation = "linear", derivative, output } = options;
  const variant = variantFor(problem, options);
  const { name, split } = variant;
  if (name === "naive") throw new WgradError("matmul: the naive kernel changes no weights.");
  if (name === "split-k" && descend.DESCEND) throw new WgradError("matmul: split-k changes no weights.");
  const { m, n, batch } = problem;
  const epilogue = {
    HAS_BIAS: bias ? 1 : 0,
    ACTIVATION: fusedActivationCodes[activation],
    DERIVATIVE: derivative ? fusedActivationCodes[derivative.activation] : 0,
  };
  const bare = Object.values(epilogue).every((code) => code === 0);
  const whole = split === 1 && (name !== "split-k" || bare); // the product's kernel writes y itself
  const extra = extraOf(options);
  const launch = {
    ...{ problem, options, variant, extra },
    y: whole ? output : [batch, split, m, n],
    own: { DESCEND: 0, DECAY: 0, ...descend, ...(whole ? epilogue : {}) },
  };
  const product = name === "tiled" || name === "split-k" ? runTiles(launch) : runWithColumnSums(launch);
  if (whole) return product;
  return sumSlices(product, { m, n, split }, { ...extra, constants: epilogue }, output);
}

/** One launch of a product's kernel. */
interface Launch {
  readonly problem: MatmulProblem;
  readonly options: BatchedOptions;
  readonly variant: MatmulVariant;
  readonly extra: { readonly bias: Tensor; readonly kept: Tensor };
  readonly y: Output;
  /** constants of what the kernel does besides */
  readonly own: Readonly<Record<string, number>>;
}

function extraOf({ a, bias, derivative }: BatchedOptions): Launch["extra"] {
  const unused = a.engine.one;
  const kept = derivative && derivative.activation !== "linear" ? derivative.output : unused;
  return { bias: bias ?? unused, kept };
}

function workOf({ problem, variant }: Launch) {
  const { m, n, k, batch, transposeA, transposeB } = problem;
  const tiles = { rows: Math.ceil(m / variant.tileM), columns: Math.ceil(n / variant.tileN) };
  return {
    sizes: { M: m, N: n, K: k, TRANSPOSE_A: transposeA ? 1 : 0, TRANSPOSE_B: transposeB ? 1 : 0 },
    strides: { BATCH_STRIDE_A: problem.batchStrideA, BATCH_STRIDE_B: problem.batchStrideB },
    workgroups: tiles.rows * tiles.columns * batch * variant.split,
    flops: 2 * batch * m * n * k,
  };
}

/** The kernels for GPUs, which leave the sums of B's columns to kernels of their own. */
function runTiles(launch: Launch): Tensor {
  const { problem, options, variant, extra, own } = launch;
  const { a, b, columnSums } = options;
  const { sizes, strides, ...work } = workOf(launch);
  const outputs = { y: launch.y };
  const { y } =
    variant.name === "tiled"
      ? run(tiled, { a, b, ...extra }, outputs, {
          constants: { ...sizes, ...own, ...variant.constants },
          ...work,
        })
      : run(splitK, { a, b }, outputs, {
          constants: { ...sizes, ...strides, ...variant.constants },
          ...work,
        });
  if (!columnSums) return y;
  const { n, k, transposeB } = problem;
  if (transposeB || (own.DESCEND === 0 && k > longestColumnSum)) sumColumns(problem, b, columnSums);
  else {
    const constants = { N: n, K: k, DESCEND: own.DESCEND!, DECAY: own.DECAY! };
    run(biasGradient, { dy: b }, { dbias: columnSums }, { constants, workgroups: Math.ceil(n / 16) });
  }
  return y;
}

function sumColumns({ n, k, transposeB }: MatmulProblem, b: Tensor, output: Output): void {
  const block = transposeB ? { outer: n, length: k, inner: 1 } : { outer: 1, length: k, inner: n };
  reduceBlock(b, block, { operation: "sum" }, output);
}

function runWithColumnSums(launch: Launch): Tensor {
  const { problem, options, variant, extra, own } = launch;
  const { a, b } = options;
  const { k } = problem;
  const sums = variant.split === 1 && (own.DESCEND === 1 || k <= longestColumnSum);
  const columnSums = sums ? options.columnSums : undefined;
  const { sizes, strides, ...work } = workOf(launch);
  const constants = { ...sizes, ...strides, COLUMN_SUMS: columnSums ? 1 : 0, ...own, ...variant.constants };
  const outputs = { y: launch.y, column_sums: columnSums ?? [1] };
  const kernel = kernels[variant.name as keyof typeof kernels];
  const product = run(kernel, { a, b, ...extra }, outputs, { constants, ...work });
  if (columnSums) return product.y;
  a.engine.scopes.discard(product.column_sums);
  if (options.columnSums) sumColumns(problem, b, options.columnSums);
  return product.y;
}
