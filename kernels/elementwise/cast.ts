/** @file Between f32 and f16. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import { checkRealType, type RealType } from "./real-type.ts";
import { unaryForward } from "./unary-kernels.ts";
import { unaryTable } from "./unary-table.ts";

/**
 * x as f16 or as f32; x itself if it is that already. Values beyond 65504 become infinite in f16. The gradient is cast back.
 * @throws AdapterError for f16 on an adapter without shader-f16
 */
export function cast(x: Tensor, dtype: RealType): Tensor {
  requireFloat("cast", "x", x);
  checkRealType("cast", dtype, x);
  if (x.dtype === dtype) return x;
  const options = {
    constants: { OP: unaryTable.affine.code, A: 1, B: 0 },
    invocations: Math.ceil(x.size / 4),
    flops: 0,
  };
  return differentiable(run(unaryForward, { x }, { y: { shape: x.shape, dtype } }, options).y, {
    inputs: [x],
    backward: (dy, want) => {
      const dx = want(0);
      return [dx && run(unaryForward, { x: dy }, { y: dx }, options).y];
    },
  });
}
