/** @file Penalties on the size of weights (kernel and bias regularizers) and of activations. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { reduceBlock } from "../reduce/block.ts";
import { requireFloat } from "../shape/arguments.ts";

/** Coefficients, 0 unless given. */
export interface PenaltyOptions {
  readonly l1?: number;
  readonly l2?: number;
}

const backward = kernel("losses/penalty-gradient", {
  reads: ["dy", "w"],
  writes: ["dw"],
  flops: { dw: 5 },
});

/** l1 * sum |w| + l2 * sum w^2, a scalar to add to the loss. Throws ArgumentError for coefficients below 0. */
export function l1l2Penalty(w: Tensor, options: PenaltyOptions): Tensor {
  requireFloat("l1l2Penalty", "w", w);
  checkOptionNames("l1l2Penalty", options, { l1: true, l2: true });
  const { l1 = 0, l2 = 0 } = options;
  for (const [name, value] of Object.entries({ l1, l2 }))
    checkOption("l1l2Penalty", name, value, () => value >= 0, "0 or above");
  const block = { outer: 1, length: w.size, inner: 1 };
  const y = reduceBlock(w, block, { operation: "sum", term: "penalty", absolute: l1, square: l2 }, []);
  return differentiable(y, {
    inputs: [w],
    keeps: [w],
    backward: (dy, want) => {
      const dw = want(0);
      const launch = { constants: { L1: l1, L2: l2 }, invocations: Math.ceil(w.size / 4) };
      return [dw && run(backward, { dy, w }, { dw }, launch).dw];
    },
  });
}
