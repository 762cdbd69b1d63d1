/** @file Softmax and log-softmax. */

import { fused } from "../../engine/autodiff/fusion.ts";
import { differentiable, type Rule } from "../../engine/autodiff/tape.ts";
import type { RunOptions } from "../../engine/kernel.ts";
import { kernel, like, run } from "../../engine/kernel.ts";
import { sizeOf } from "../../engine/shape.ts";
import type { OpEngine, Tensor } from "../../engine/tensor.ts";
import { requireFloat, resolveAxis } from "../shape/arguments.ts";
import { naiveOnly } from "../tuning/mode.ts";
import { fillingWorkgroups } from "../tuning/width.ts";

const bindings = { reads: ["x"], writes: ["y"], flops: { y: 5 } } as const;
const gradientBindings = { reads: ["dy", "y"], writes: ["dx"], flops: { dx: 4 } } as const;
const rows = {
  forward: kernel("softmax/rows", bindings),
  backward: kernel("softmax/rows-gradient", gradientBindings),
};
const shortRows = { ...rows, forward: kernel("softmax/rows.registers", bindings) };
const registers = 64; // values that an invocation keeps
const anyAxis = {
  forward: kernel("softmax/any-axis", bindings),
  backward: kernel("softmax/any-axis-gradient", gradientBindings),
};

/** exp(x) / sum of exp(x) along `axis`, the last unless given. Finite for all finite x; all NaN if x has a NaN or +infinity there. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return normalize("softmax", x, axis, false);
}

/** log(softmax(x)) along `axis`, without taking the logarithm of small numbers. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return normalize("logSoftmax", x, axis, true);
}

function normalize(op: string, x: Tensor, axis: number, log: boolean): Tensor {
  requireFloat(op, "x", x);
  const along = resolveAxis(op, x, axis);
  const classes = x.shape[along]!;
  const inner = sizeOf(x.shape.slice(along + 1));
  const { kernels, options } = variantFor(x.engine, x.size, classes, inner, log);
  const { y } = run(kernels.forward, { x }, { y: like(x) }, options);
  const rule: Rule = {
    inputs: [x],
    keeps: [y],
    backward: (dy, want) => {
      const dx = want(0);
      return [dx && run(kernels.backward, { dy, y }, { dx }, options).dx];
    },
  };
  const fusable = !log && along === x.shape.length - 1 && !naiveOnly();
  return fusable ? fused(y, rule, { activation: "softmax" }) : differentiable(y, rule);
}

/**
 * Rows are computed by one invocation each, in registers if they are short. A GPU takes a workgroup for one if it is long, or if
 * the rows, too long for registers, are so few that one invocation each would leave most of it idle.
 */
function variantFor(engine: OpEngine, size: number, classes: number, inner: number, log: boolean) {
  const softmaxes = size / classes;
  const pack = classes % 4 === 0 ? 1 : classes % 2 === 0 ? 2 : 4;
  const short = pack * classes <= registers;
  const invocations = Math.ceil(softmaxes / pack);
  const few = !short && invocations < 64 * fillingWorkgroups(engine.adapter);
  const alone = engine.adapter.software || (classes <= 128 && !few);
  if (inner === 1 && alone) {
    const constants = { CLASSES: classes, PACK: pack, LOG: log };
    const options: RunOptions = { constants, invocations };
    return { kernels: short ? shortRows : rows, options };
  }
  const constants = { CLASSES: classes, INNER: inner, SOFTMAXES: softmaxes, LOG: log };
  const options: RunOptions = { constants, invocations: softmaxes * 64 };
  return { kernels: anyAxis, options };
}
