/** @file Batched matrix products with either side transposed and NumPy's broadcasting of the batch axes. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import type { Output } from "../../engine/kernel.ts";
import { checkFlag, checkOptionNames } from "../../engine/options.ts";
import { type Shape, sameShape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { broadcastShape, stretch, sumTo } from "../elementwise/broadcast.ts";
import { requireFloats } from "../shape/arguments.ts";
import { naiveOnly } from "../tuning/mode.ts";
import { multiply } from "./product.ts";

/** Options of matmul(): which factors are stored transposed. */
export interface MatmulOptions {
  /** a is stored [..., k, m] */
  readonly transposeA?: boolean;
  /** b is stored [..., n, k] */
  readonly transposeB?: boolean;
}

/** A matrix, or a stack of them, and whether it is stored transposed. */
interface Side {
  readonly tensor: Tensor;
  readonly transposed: boolean;
}

/**
 * y[..., m, n] = sum over k of a[..., m, k] * b[..., k, n]; the axes before the last two are broadcast.
 * @throws ShapeError if the inner sizes differ or the batch axes do not broadcast
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkOptionNames("matmul", options, { transposeA: true, transposeB: true });
  const { transposeA = false, transposeB = false } = options;
  for (const [name, flag] of Object.entries({ transposeA, transposeB })) checkFlag("matmul", name, flag);
  const batch = checkMatmul(a, b, transposeA, transposeB);
  const [left, right]: [Side, Side] = [
    { tensor: a, transposed: transposeA },
    { tensor: b, transposed: transposeB },
  ];
  const y = product(left, right, batch);
  return differentiable(y, {
    inputs: [a, b],
    keeps: [a, b],
    backward: (dy, want) => {
      const [da, db] = [want(0), want(1)];
      const gradient = { tensor: dy, transposed: false };
      return [
        da &&
          (transposeA
            ? into(a, batch, da, right, flip(gradient))
            : into(a, batch, da, gradient, flip(right))),
        db &&
          (transposeB ? into(b, batch, db, flip(gradient), left) : into(b, batch, db, flip(left), gradient)),
      ];
    },
  });
}

/** The gradient of `source` is left times right, summed over the batch axes along which source was broadcast. */
function into(source: Tensor, batch: Shape, output: Output, left: Side, right: Side): Tensor {
  const whole = sameShape(source.shape.slice(0, -2), batch);
  if (whole) return product(left, right, batch, output);
  return source.engine.scope(() => sumTo(product(left, right, batch), source.shape, output));
}

function flip({ tensor, transposed }: Side): Side {
  return { tensor, transposed: !transposed };
}

function product(left: Side, right: Side, batch: Shape, output?: Output): Tensor {
  const [m, k] = sizesOf(left);
  const n = sizesOf(right)[1];
  const { engine } = left.tensor;
  return engine.scope(() => {
    const [a, b] = [spread(left.tensor, batch), spread(right.tensor, batch)]; // a launch each, where one is copied
    const problem = {
      m,
      n,
      k,
      transposeA: left.transposed,
      transposeB: right.transposed,
      batch: sizeOf(batch),
      batchStrideA: a.size > m * k ? m * k : 0,
      batchStrideB: b.size > k * n ? k * n : 0,
    };
    return multiply(problem, { a, b, output: output ?? [...batch, m, n] });
  });
}

/**
 * The tensor itself if it has all of the batch, or is one matrix: the kernels share that, but for the naive one. Else copied along
 * the broadcast axes.
 */
function spread(x: Tensor, batch: Shape): Tensor {
  const own = sizeOf(x.shape.slice(0, -2));
  if (own === sizeOf(batch) || (own === 1 && !naiveOnly())) return x;
  return stretch("matmul", x, [...batch, ...x.shape.slice(-2)]);
}

/** Rows and columns as the product sees them. */
function sizesOf({ tensor, transposed }: Side): readonly [number, number] {
  const [rows, columns] = tensor.shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

function checkMatmul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Shape {
  requireFloats("matmul", { a, b });
  const layouts = `a ${formatShape(a.shape)} (...,${transposeA ? "k,m" : "m,k"}), b ${formatShape(b.shape)} (...,${transposeB ? "n,k" : "k,n"})`;
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new ShapeError(`matmul: expects matrices or stacks of them. ${layouts}.`);
  }
  const inner = [
    sizesOf({ tensor: a, transposed: transposeA })[1],
    sizesOf({ tensor: b, transposed: transposeB })[0],
  ];
  if (inner[0] !== inner[1]) {
    throw new ShapeError(`matmul: the inner sizes differ, ${inner[0]} and ${inner[1]}. ${layouts}.`);
  }
  return broadcastShape("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
}
