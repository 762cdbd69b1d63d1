/** @file Matrix products and the dense layer in float64, as plain loops: the definition that all kernels are held against. */
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { FusedActivation } from "../elementwise/fused-activation.ts";
import { unaryGradientReference, unaryReference } from "../elementwise/unary.reference.ts";
import { type Array64, array64 } from "../reference.ts";
import type { MatmulOptions } from "./matmul.ts";

/** The sizes of one product y[m, n] = sum over k of A[m, k] B[k, n], however A and B are stored. */
function productSizes(a: Shape, b: Shape, { transposeA, transposeB }: MatmulOptions) {
  const [m, k] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const n = transposeB ? b.at(-2)! : b.at(-1)!;
  return { m, n, k };
}

/** The batch axes of y: those of a and b, of which an axis that is missing or has size 1 is repeated. */
function batchShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length) - 2;
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = [a, b].map((shape) => shape[shape.length - 2 - rank + axis] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** For matrix number `product` of y: which matrix of `operand` it is made from. */
function matrixOf(operand: Shape, batch: Shape, product: number): number {
  let rest = product;
  let matrix = 0;
  let stride = 1;
  for (let back = 1; back <= batch.length; back++) {
    const own = operand[operand.length - 2 - back] ?? 1;
    const index = rest % batch.at(-back)!;
    rest = Math.floor(rest / batch.at(-back)!);
    matrix += (own === 1 ? 0 : index) * stride;
    stride *= own;
  }
  return matrix;
}

/**
 * Calls `visit` for every multiplication in a matmul with the indices of its three numbers in a.data, b.data and y.data.
 * The forward pass sums a * b into y; the gradients sum the other pairs, over repeated matrices, too.
 */
function forEachProduct(
  a: Shape,
  b: Shape,
  options: MatmulOptions,
  visit: (a: number, b: number, y: number) => void,
): void {
  const { m, n, k } = productSizes(a, b, options);
  const batch = batchShape(a, b);
  for (let product = 0; product < sizeOf(batch); product++) {
    const startA = matrixOf(a, batch, product) * m * k;
    const startB = matrixOf(b, batch, product) * k * n;
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        for (let i = 0; i < k; i++) {
          const atA = options.transposeA ? i * m + row : row * k + i;
          const atB = options.transposeB ? column * k + i : i * n + column;
          visit(startA + atA, startB + atB, (product * m + row) * n + column);
        }
      }
    }
  }
}

/** y [..., m, n] from a [..., m, k] and b [..., k, n], each transposed if the options say so */
export function matmulReference(a: Array64, b: Array64, options: MatmulOptions = {}): Array64 {
  const { m, n } = productSizes(a.shape, b.shape, options);
  const y = array64([...batchShape(a.shape, b.shape), m, n]);
  forEachProduct(a.shape, b.shape, options, (i, j, o) => {
    y.data[o]! += a.data[i]! * b.data[j]!;
  });
  return y;
}

/** da and db, stored as a and b are */
export function matmulGradientReference(
  dy: Array64,
  a: Array64,
  b: Array64,
  options: MatmulOptions = {},
): [Array64, Array64] {
  const [da, db] = [array64(a.shape), array64(b.shape)];
  forEachProduct(a.shape, b.shape, options, (i, j, o) => {
    da.data[i]! += dy.data[o]! * b.data[j]!;
    db.data[j]! += dy.data[o]! * a.data[i]!;
  });
  return [da, db];
}

/** y = activation(z + bias), bias [c] along z's last axis: how dense and conv2d end. */
export function epilogueReference(
  z: Array64,
  bias: Array64 | undefined,
  activation: FusedActivation,
): Array64 {
  const biased = array64(
    z.shape,
    bias ? z.data.map((value, i) => value + bias.data[i % bias.data.length]!) : z.data,
  );
  return activation === "linear" ? biased : unaryReference(activation, biased);
}

/** dz, and dbias [c] if there is a bias: each of its values collects from all places it was added to. */
export function epilogueGradientReference(
  dy: Array64,
  z: Array64,
  bias: Array64 | undefined,
  activation: FusedActivation,
): { dz: Array64; dbias: Array64[] } {
  const biased = epilogueReference(z, bias, "linear");
  const dz = activation === "linear" ? dy : unaryGradientReference(activation, dy, biased);
  if (!bias) return { dz, dbias: [] };
  const dbias = array64(bias.shape);
  for (const [i, value] of dz.data.entries()) dbias.data[i % dbias.data.length]! += value;
  return { dz, dbias: [dbias] };
}

export interface DenseReferenceOptions {
  readonly activation?: FusedActivation;
  /** weights are stored [out, in] */
  readonly transposeKernel?: boolean;
}

/** y [..., out] from x [..., in], weights [in, out] and bias [out] */
export function denseReference(
  x: Array64,
  weights: Array64,
  bias?: Array64,
  options: DenseReferenceOptions = {},
): Array64 {
  const z = matmulReference(asRows(x), weights, { transposeB: options.transposeKernel ?? false });
  const y = epilogueReference(z, bias, options.activation ?? "linear");
  return array64([...x.shape.slice(0, -1), y.shape[1]!], y.data);
}

/** dx, dweights and, if there is a bias, dbias */
export function denseGradientReference(
  dy: Array64,
  x: Array64,
  weights: Array64,
  bias?: Array64,
  options: DenseReferenceOptions = {},
): Array64[] {
  const matrices = { transposeB: options.transposeKernel ?? false };
  const z = matmulReference(asRows(x), weights, matrices);
  const { dz, dbias } = epilogueGradientReference(asRows(dy), z, bias, options.activation ?? "linear");
  const [dx, dweights] = matmulGradientReference(dz, asRows(x), weights, matrices);
  return [array64(x.shape, dx.data), dweights, ...dbias];
}

/** [..., c] as a matrix [n, c] */
function asRows(x: Array64): Array64 {
  const columns = x.shape.at(-1)!;
  return array64([x.data.length / columns, columns], x.data);
}
