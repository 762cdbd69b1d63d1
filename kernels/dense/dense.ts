/** @file The dense layer: a matrix product, a bias and an activation. */
import { differentiable } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { checkFlag, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { biasAndActivation } from "../elementwise/bias-activation.ts";
import { checkFusedActivation, type FusedActivation } from "../elementwise/fused-activation.ts";
import { checkRealType, type RealType } from "../elementwise/real-type.ts";
import { requireFloats } from "../shape/arguments.ts";
import { naiveOnly } from "../tuning/mode.ts";
import { fusedDense } from "./fused.ts";
import { asMatrix, matrixProduct } from "./product.ts";

/** Options of dense(): bias, activation, how the kernel is stored, and the element type of the result. */
export interface DenseOptions {
  /** [out] */
  readonly bias?: Tensor | undefined;
  /** applied in the same kernel, after the bias */
  readonly activation?: FusedActivation;
  /** the kernel is stored [out, in]: weights tied to another layer */
  readonly transposeKernel?: boolean;
  /** element type of y: that of x unless given. The sums are f32 in any case */
  readonly dtype?: RealType | undefined;
}

/**
 * y[..., j] = activation(bias[j] + sum over i of x[..., i] * kernel[i, j])
 * @param x [n, in], or with more axes before the last
 * @param weights [in, out], the layer's kernel
 * @returns [n, out], with x's axes before the last
 * @throws ShapeError if the sizes do not fit
 */
export function dense(x: Tensor, weights: Tensor, options: DenseOptions = {}): Tensor {
  checkOptionNames("dense", options, { bias: true, activation: true, transposeKernel: true, dtype: true });
  const { bias, activation = "linear", transposeKernel = false } = options;
  checkFlag("dense", "transposeKernel", transposeKernel);
  checkFusedActivation("dense", activation);
  checkDense(x, weights, bias, transposeKernel);
  const dtype = checkRealType("dense", options.dtype, x);
  const out = weights.shape[transposeKernel ? 0 : 1]!;
  const output = { shape: [...x.shape.slice(0, -1), out], dtype };
  if (!naiveOnly()) return fusedDense({ x, weights, bias, activation, transposeKernel, output });
  const product = { a: asMatrix(x), b: weights, transposeB: transposeKernel };
  const y = differentiable(matrixProduct({ ...product, output }), {
    inputs: [x, weights],
    keeps: [x, weights],
    backward: (dy, want) => {
      const [rows, slopes] = [asMatrix(x), asMatrix(dy)]; // [n, in], [n, out]
      const [left, right] = transposeKernel ? [slopes, rows] : [rows, slopes];
      const [dx, dweights] = [want(0), want(1)];
      return [
        dx && matrixProduct({ a: slopes, b: weights, transposeB: !transposeKernel, output: dx }),
        dweights && matrixProduct({ a: left, b: right, transposeA: true, output: dweights }),
      ];
    },
  });
  return biasAndActivation(y, bias, activation);
}

function checkDense(x: Tensor, weights: Tensor, bias: Tensor | undefined, transposed: boolean): void {
  requireFloats("dense", { x, kernel: weights }, { bias });
  const layout = transposed ? "(out,in)" : "(in,out)";
  const shapes = `x ${formatShape(x.shape)} (n,in), kernel ${formatShape(weights.shape)} ${layout}`;
  if (x.shape.length < 2 || weights.shape.length !== 2) {
    throw new ShapeError(`dense: expects x of two or more axes and a kernel of two. ${shapes}.`);
  }
  const [expected, out] = transposed
    ? [weights.shape[1]!, weights.shape[0]!]
    : [weights.shape[0]!, weights.shape[1]!];
  const inputs = x.shape.at(-1);
  if (inputs !== expected) {
    throw new ShapeError(`dense: the kernel expects ${expected} inputs, x has ${inputs}. ${shapes}.`);
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== out)) {
    throw new ShapeError(`dense: bias must be [${out}], got ${formatShape(bias.shape)}. ${shapes}.`);
  }
}
