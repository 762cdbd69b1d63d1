/** @file Pooling over whole images: the window is the image. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { checkFlag, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import { reshape } from "../shape/reshape.ts";
import { avgPool2d } from "./average-pool2d.ts";
import { maxPool2d } from "./max-pool2d.ts";
import type { PoolOptions } from "./pool2d.ts";

/** Options of the poolings over whole images. */
export interface GlobalPoolOptions {
  /** keep the image axes with size 1: [n, 1, 1, c] */
  readonly keepDims?: boolean;
}

/** Mean of each channel over the image: [n, h, w, c] to [n, c]. Throws ShapeError if x is no image batch. */
export function globalAveragePool2d(x: Tensor, options: GlobalPoolOptions = {}): Tensor {
  return poolImage("globalAveragePool2d", avgPool2d, x, options);
}

/** Largest value of each channel over the image, the first of equals: [n, h, w, c] to [n, c]. */
export function globalMaxPool2d(x: Tensor, options: GlobalPoolOptions = {}): Tensor {
  return poolImage("globalMaxPool2d", maxPool2d, x, options);
}

function poolImage(
  op: string,
  pool: (x: Tensor, options: PoolOptions) => Tensor,
  x: Tensor,
  options: GlobalPoolOptions,
): Tensor {
  requireFloat(op, "x", x);
  checkOptionNames(op, options, { keepDims: true });
  const { keepDims = false } = options;
  checkFlag(op, "keepDims", keepDims);
  const [batch, height, width, channels] = x.shape;
  if (x.shape.length !== 4) {
    throw new ShapeError(`${op}: expects an image [n,h,w,c], got ${formatShape(x.shape)}.`);
  }
  const y = pool(x, { poolSize: [height!, width!] }); // [n, 1, 1, c]
  return keepDims ? y : reshape(y, [batch!, channels!]);
}
