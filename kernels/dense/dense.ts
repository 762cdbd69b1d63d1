/** @file Matrix products: matmul with either side transposed, and the dense layer with bias and activation fused. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { type Output, outputTensor } from "../../engine/kernel.ts";
import { checkFlag, checkOptionNames } from "../../engine/options.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { differentiableActivation, sourceOf } from "../elementwise/activation-gradient.ts";
import { checkFusedActivation, type FusedActivation } from "../elementwise/fused-activation.ts";
import { checkRealType, type RealType } from "../elementwise/real-type.ts";
import { columnSum } from "../reduce/column-sum.ts";
import { requireFloats } from "../shape/arguments.ts";
import { allowsDescent, descentPays, matrixProduct } from "./product.ts";

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
  const a = asMatrix(x);
  const y = matrixProduct({ a, b: weights, transposeB: transposeKernel, bias, activation, output });
  const source = sourceOf(x);
  return differentiableActivation(y, activation, {
    inputs: bias ? [source.input, weights, bias] : [source.input, weights],
    keeps: [x, weights],
    backward: (dy, want, descent) => {
      const [rows, dz] = [asMatrix(x), asMatrix(dy)];
      const [dx, dweights] = [want(0), want(1)];
      const dbias = bias && want(2);
      const derivative = { activation: source.activation, output: x };
      const dinput =
        dx && matrixProduct({ a: dz, b: weights, transposeB: !transposeKernel, derivative, output: dx });
      const product = { a: rows, b: dz, transposeA: true };
      const descends = descent?.allows(1) && (!bias || descent.allows(2)) && !transposeKernel;
      if (descent && descends && descentPays(rows, dz, weights) && allowsDescent(product)) {
        const apply = () => void matrixProduct({ ...product, output: weights, columnSums: bias, descent });
        descent.later({ input: rows, dy: dz, terms: rows.shape[0]!, apply });
        return [dinput, weights, bias];
      }
      return [dinput, ...weightGradients(rows, dz, transposeKernel, dweights, dbias)];
    },
  });
}

/** [n, features]: a product sees the axes before the last as one. */
function asMatrix(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : aliasOf(x, [-1, x.shape.at(-1)!]);
}

/** Gradients of kernel and bias, in one product if the kernel is not transposed. */
function weightGradients(
  x: Tensor,
  dz: Tensor,
  transposed: boolean,
  dweights: Output | undefined,
  dbias: Output | undefined,
): (Tensor | undefined)[] {
  if (!dweights || transposed) {
    const dkernel = dweights && matrixProduct({ a: dz, b: x, transposeA: true, output: dweights });
    return [dkernel, dbias && columnSum(dz, dbias)];
  }
  const columnSums = dbias && outputTensor(x.engine, dbias, "dense: gradient of the bias");
  const dkernel = matrixProduct({ a: x, b: dz, transposeA: true, output: dweights, columnSums });
  return [dkernel, columnSums];
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
