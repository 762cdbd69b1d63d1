/** @file Sum, mean, largest, smallest and variance over any axes. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { kernel, type Output, run } from "../../engine/kernel.ts";
import { checkFlag, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import { type Arrangement, arrange, fromBlock, reducedShape, resolveAxes, toBlock } from "./axes.ts";
import { type Block, type Reduction, reduceBlock } from "./block.ts";

/** Which axes are reduced, and whether they stay in the shape. */
export interface ReduceOptions {
  /** one axis or several, negative ones counted from the back; all unless given */
  readonly axes?: number | readonly number[];
  /** leave the reduced axes in the shape, with size 1 */
  readonly keepDims?: boolean;
}

const correctMoments = kernel("reduce/correct-moments", {
  reads: ["deviation", "squares"],
  writes: ["variance"],
  updates: ["center"],
  flops: { variance: 3 },
});
const spreadKernel = kernel("reduce/spread", {
  reads: ["dy", "x", "center", "count"],
  writes: ["dx"],
  flops: { dx: ({ KIND }) => [1, 3, 2][Number(KIND)]! },
});

/** Sum over `axes`, in a fixed order. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return linear("sum", x, options, () => 1);
}

/** Mean over `axes`. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return linear("mean", x, options, (length) => 1 / length);
}

/** Largest value over `axes`; equal ones share the gradient, as in TensorFlow. NaN if there is one: NaN then share it. */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  return extreme("max", x, options, { operation: "largest" });
}

/** Smallest value over `axes`; equal ones share the gradient, as in TensorFlow. NaN if there is one: NaN then share it. */
export function min(x: Tensor, options: ReduceOptions = {}): Tensor {
  return extreme("min", x, options, { operation: "smallest" });
}

/** Mean squared deviation from the mean over `axes`, divided by the number of elements (biased). */
export function variance(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { shape, arrangement } = plan("variance", x, options);
  const { block } = arrangement;
  const values = toBlock("variance", x, arrangement);
  const scale = 1 / block.length;
  const { center, y } = moments(values, block, shape);
  return differentiable(y, {
    inputs: [x],
    keeps: [values, center],
    backward: (dy, want) => {
      const share: Share = { kind: "variance", x: values, center, scale: 2 * scale };
      return [spread("variance", dy, share, x, arrangement, want(0))];
    },
  });
}

/**
 * Mean [outer * inner] and variance, of `shape`. A mean in float32 is off by its rounding, which where values are large may be more
 * than they vary by. So the mean of the deviations is computed too, and corrects both.
 */
function moments(x: Tensor, block: Block, shape: Output): { center: Tensor; y: Tensor } {
  return x.engine.scope(() => {
    const size = [block.outer * block.inner];
    const average = (term?: "deviation" | "squared deviation", center?: Tensor) =>
      reduceBlock(
        x,
        block,
        { operation: "sum", scale: 1 / block.length, ...(term && { term }), ...(center && { center }) },
        size,
      );
    const center = average();
    const inputs = {
      deviation: average("deviation", center),
      squares: average("squared deviation", center),
      center,
    };
    const y = run(
      correctMoments,
      inputs,
      { variance: shape },
      { invocations: block.outer * block.inner },
    ).variance;
    return { center, y };
  });
}

function linear(op: string, x: Tensor, options: ReduceOptions, factor: (length: number) => number): Tensor {
  const { shape, arrangement } = plan(op, x, options);
  const { block } = arrangement;
  const scale = factor(block.length);
  const reduce = () => reduceBlock(toBlock(op, x, arrangement), block, { operation: "sum", scale }, shape);
  return differentiable(x.engine.scope(reduce), {
    inputs: [x],
    backward: (dy, want) => [spread(op, dy, { kind: "sum", scale }, x, arrangement, want(0))],
  });
}

function extreme(op: string, x: Tensor, options: ReduceOptions, reduction: Reduction): Tensor {
  const { shape, arrangement } = plan(op, x, options);
  const { block } = arrangement;
  const values = toBlock(op, x, arrangement);
  const y = reduceBlock(values, block, reduction, shape);
  return differentiable(y, {
    inputs: [x],
    keeps: [values, y],
    backward: (dy, want) => {
      const dx = want(0);
      if (!dx) return [undefined];
      const equal: Reduction = { operation: "sum", term: "equality", center: y };
      const count = reduceBlock(values, block, equal, [block.outer * block.inner]);
      return [spread(op, dy, { kind: "extreme", x: values, center: y, count }, x, arrangement, dx)];
    },
  });
}

function plan(op: string, x: Tensor, options: ReduceOptions) {
  requireFloat(op, "x", x);
  checkOptionNames(op, options, { axes: true, keepDims: true });
  const { axes, keepDims = false } = options;
  checkFlag(op, "keepDims", keepDims);
  const resolved = resolveAxes(op, x, axes);
  return { shape: reducedShape(x.shape, resolved, keepDims), arrangement: arrange(x.shape, resolved) };
}

/** What an element's share of the gradient depends on; see spread.wgsl. */
interface Share {
  readonly kind: "sum" | "variance" | "extreme";
  readonly scale?: number;
  readonly x?: Tensor;
  readonly center?: Tensor;
  readonly count?: Tensor;
}

const shareCodes = { sum: 0, variance: 1, extreme: 2 };

/** dx of x's shape from the gradient of its reduction. */
function spread(
  op: string,
  dy: Tensor,
  share: Share,
  x: Tensor,
  { block, order }: Arrangement,
  output: Output | undefined,
): Tensor | undefined {
  if (!output) return undefined;
  const unused = x.engine.one;
  const { x: values = unused, center = unused, count = unused, scale = 1, kind } = share;
  const constants = { ...blockConstants(block), KIND: shareCodes[kind], SCALE: scale };
  const dx = order ? [x.size] : output;
  const invocations = Math.ceil(x.size / 4);
  const shares = run(spreadKernel, { dy, x: values, center, count }, { dx }, { constants, invocations }).dx;
  return order ? fromBlock(op, shares, x.shape, order, output) : shares;
}

function blockConstants({ length, inner }: Block) {
  return { LENGTH: length, INNER: inner };
}
