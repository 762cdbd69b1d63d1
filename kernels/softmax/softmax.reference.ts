/** @file Softmax and log-softmax in float64, over the middle of [outer, classes, inner]. */
import { sizeOf } from "../../engine/shape.ts";
import { type Array64, array64 } from "../reference.ts";

/** y = softmax(x) along `axis` (counted from the front), or its logarithm. */
export function softmaxReference(x: Array64, axis: number, log = false): Array64 {
  const y = array64(x.shape);
  forEachSoftmax(x, axis, (indices) => {
    const largest = Math.max(...indices.map((i) => x.data[i]!));
    const total = indices.reduce((sum, i) => sum + Math.exp(x.data[i]! - largest), 0);
    for (const i of indices) {
      const logarithm = x.data[i]! - largest - Math.log(total);
      y.data[i] = log ? logarithm : Math.exp(logarithm);
    }
  });
  return y;
}

/** dx[j] = sum over k of dy[k] * dy[k]/dx[j], with d softmax[k] / d x[j] = y[k] * ((k == j) - y[j]). */
export function softmaxGradientReference(dy: Array64, x: Array64, axis: number, log = false): Array64 {
  const y = softmaxReference(x, axis);
  const dx = array64(x.shape);
  forEachSoftmax(x, axis, (indices) => {
    const total = indices.reduce((sum, k) => sum + dy.data[k]! * (log ? 1 : y.data[k]!), 0);
    for (const j of indices) {
      dx.data[j] = log ? dy.data[j]! - y.data[j]! * total : y.data[j]! * (dy.data[j]! - total);
    }
  });
  return dx;
}

function forEachSoftmax(x: Array64, axis: number, body: (indices: number[]) => void): void {
  const classes = x.shape[axis]!;
  const inner = sizeOf(x.shape.slice(axis + 1));
  for (let softmax = 0; softmax < x.data.length / classes; softmax++) {
    const start = Math.floor(softmax / inner) * classes * inner + (softmax % inner);
    body(Array.from({ length: classes }, (_, j) => start + j * inner));
  }
}
