/** @file Losses that compare prediction and target element by element: each sample's, the batch's, and the gradient. */

import type { PointwiseRow } from "../../../kernels/losses/pointwise.ts";
import { type PointwiseName, pointwiseTable } from "../../../kernels/losses/pointwise-table.ts";
import { call, constant, type Expression, loop, minus, over, plus, times } from "../expression.ts";
import type { KernelRule, OpenLaunch, Use } from "../rule.ts";
import { batchLoss, tree, usesInBatchLoss } from "./batch-loss.ts";

function rowOf(launch: OpenLaunch): readonly [name: string, row: PointwiseRow] {
  const code = launch.constant("LOSS");
  const entries = Object.entries(pointwiseTable) as [PointwiseName, PointwiseRow][];
  return entries.find(([, row]) => row.code === code)!;
}

/** f(x, t) of one element. */
function termOf(launch: OpenLaunch, at: number): Expression {
  const [x, t] = [launch.read("x", at), launch.read("targets", at)];
  const [name, row] = rowOf(launch);
  if (name === "meanSquaredError") return times(minus(x, t), minus(x, t));
  if (name === "meanAbsoluteError") return call("abs", Math.abs, minus(x, t));
  const parameter = launch.constant("PARAMETER");
  return call(name, (value, goal) => row.value(value, goal, parameter), x, t);
}

/** Of a sample: vectors of four, in runs of 32 for each lane. */
function sumOf(launch: OpenLaunch, sample: number): Expression {
  const [length, lanes] = [launch.constant("LENGTH"), launch.constant("LANES")];
  const [start, end] = [sample * length, (sample + 1) * length];
  const run = 32;
  const vectors = (lane: number) => {
    const found: number[] = [];
    for (let v = Math.floor(start / 4) + lane; v < Math.ceil(end / 4); v += lanes) found.push(v);
    return found;
  };
  const component = (lane: number, e: number) => {
    const own = vectors(lane);
    const runs = Array.from({ length: Math.ceil(own.length / run) }, (_, i) =>
      own.slice(i * run, (i + 1) * run),
    );
    const within = (element: number) => element >= start && element < end;
    return loop(
      runs.map((part) =>
        loop(
          part
            .map((v) => 4 * v + e)
            .filter(within)
            .map((element) => termOf(launch, element)),
        ),
      ),
    );
  };
  const ofLane = (lane: number) => {
    const sums = [0, 1, 2, 3].map((e) => component(lane, e)) as [
      Expression,
      Expression,
      Expression,
      Expression,
    ];
    return plus(plus(sums[0], sums[1]), plus(sums[2], sums[3]));
  };
  return tree(lanes, ofLane);
}

const forwardRule: KernelRule = {
  kernel: "losses/pointwise",
  line: (_, output) =>
    output === "batch_loss" ? "if (local == 0u) { batch_loss[0]" : "let term = select(f(value",
  formula(launch, output, at) {
    if (output === "batch_loss") return launch.flag("TOTAL") ? batchLoss(launch) : constant(0);
    return over(sumOf(launch, at), constant(launch.constant("DIVISOR"), "DIVISOR"));
  },
  uses(launch, binding, at): Use[] {
    if (binding === "weights") return usesInBatchLoss(launch, binding);
    return [{ output: "loss", at: Math.floor(at / launch.constant("LENGTH")), term: termOf(launch, at) }];
  },
  usesWithin: (launch, binding) => usesInBatchLoss(launch, binding),
};

/** f'(x, t) by x. */
function slopeOf(launch: OpenLaunch, at: number): Expression {
  const [x, t] = [launch.read("x", at), launch.read("targets", at)];
  const [name, row] = rowOf(launch);
  if (name === "meanSquaredError") return times(constant(2), minus(x, t));
  const parameter = launch.constant("PARAMETER");
  return call(`${name}'`, (value, goal) => row.derivative(value, goal, parameter), x, t);
}

const gradientRule: KernelRule = {
  kernel: "losses/pointwise-gradient",
  line: () => "dx[i] = share * through_activation",
  formula(launch, _, at) {
    const [factor, divisor] = ["FACTOR", "DIVISOR"].map((name) => constant(launch.constant(name), name)) as [
      Expression,
      Expression,
    ];
    const share = over(times(launch.read("dy", 0), factor), divisor);
    const sample = Math.floor(at / launch.constant("LENGTH"));
    const weighted = launch.flag("WEIGHTED") ? times(share, launch.read("weights", sample)) : share;
    return times(weighted, slopeOf(launch, at));
  },
  *uses(launch, binding, at) {
    const length = launch.constant("LENGTH");
    if (binding === "x" || binding === "targets") yield { output: "dx", at };
    else if (binding === "dy") for (let i = 0; i < launch.size("dx"); i++) yield { output: "dx", at: i };
    else if (binding === "weights" && launch.flag("WEIGHTED"))
      for (let i = 0; i < length; i++) yield { output: "dx", at: at * length + i };
  },
};

/** L1 and L2 penalties; their forward is a reduction. */
const penaltyRule: KernelRule = {
  kernel: "losses/penalty-gradient",
  line: () => "dw[i] = dy[0] *",
  formula(launch, _, at) {
    const [l1, l2] = [launch.constant("L1"), launch.constant("L2")];
    const w = launch.read("w", at);
    const slope = plus(
      times(constant(l1, "L1"), call("sign", Math.sign, w)),
      times(constant(Math.fround(2 * Math.fround(l2)), "2 L2"), w),
    );
    return times(launch.read("dy", 0), slope);
  },
  *uses(launch, binding, at) {
    if (binding === "w") yield { output: "dw", at };
    else for (let i = 0; i < launch.size("dw"); i++) yield { output: "dw", at: i };
  },
};

export const pointwiseRules: readonly KernelRule[] = [forwardRule, gradientRule, penaltyRule];
