/** @file The binary functions in float64, broadcast by index arithmetic. */
import type { Shape } from "../../engine/shape.ts";
import { type Array64, array64 } from "../reference.ts";
import { type BinaryName, binaryTable } from "./binary-table.ts";
import { broadcastShape } from "./broadcast.ts";

/** y = a op b. */
export function binaryReference(name: BinaryName, a: Array64, b: Array64): Array64 {
  const y = array64(broadcastShape(name, a.shape, b.shape));
  for (let i = 0; i < y.data.length; i++) {
    const p = a.data[sourceIndex(i, y.shape, a.shape)]!;
    const q = b.data[sourceIndex(i, y.shape, b.shape)]!;
    y.data[i] = binaryTable[name].value(p, q);
  }
  return y;
}

/** [da, db]: every output adds to the elements it was computed from. A slope beyond float32 is infinite, as in the kernel. */
export function binaryGradientReference(
  name: BinaryName,
  dy: Array64,
  a: Array64,
  b: Array64,
): [Array64, Array64] {
  const [da, db] = [array64(a.shape), array64(b.shape)];
  for (let i = 0; i < dy.data.length; i++) {
    const ia = sourceIndex(i, dy.shape, a.shape);
    const ib = sourceIndex(i, dy.shape, b.shape);
    da.data[ia]! += dy.data[i]! * within32(binaryTable[name].byA(a.data[ia]!, b.data[ib]!));
    db.data[ib]! += dy.data[i]! * within32(binaryTable[name].byB(a.data[ia]!, b.data[ib]!));
  }
  return [da, db];
}

/** `x` in float64, but infinite where float32 has no number so large: dy * slope then stays infinite, whatever dy. */
function within32(x: number): number {
  return Number.isFinite(Math.fround(x)) ? x : Math.fround(x);
}

/** Index in an operand of shape `from` of what element `index` of the result is computed from. */
function sourceIndex(index: number, shape: Shape, from: Shape): number {
  let rest = index;
  let source = 0;
  let stride = 1;
  for (let back = 1; back <= from.length; back++) {
    const size = shape.at(-back)!;
    const own = from.at(-back)!;
    if (own > 1) source += (rest % size) * stride;
    stride *= own;
    rest = Math.floor(rest / size);
  }
  return source;
}
