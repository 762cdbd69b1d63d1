/** @file The loss of a batch from those of its samples, which the kernels of losses add up if the batch is small. */
import { constant, type Expression, plus, times } from "../expression.ts";
import type { OpenLaunch, Use } from "../rule.ts";

/** What 2^n lanes put together as a tree: each adds that which lies half as far away as the last. */
export function tree(lanes: number, ofLane: (lane: number) => Expression): Expression {
  const at = (lane: number, step: number): Expression =>
    step === lanes ? ofLane(lane) : plus(at(lane, 2 * step), at(lane + step, 2 * step));
  return at(0, 1);
}

/** SCALE * the sum of the samples' losses, weighted if they have weights. */
export function batchLoss(launch: OpenLaunch): Expression {
  const samples = launch.size("loss");
  const ofSample = (sample: number) => {
    if (sample >= samples) return constant(0);
    const cost = launch.wrote("loss", sample);
    return launch.flag("WEIGHTED") ? times(cost, launch.read("weights", sample)) : cost;
  };
  return times(constant(launch.constant("SCALE"), "SCALE"), tree(64, ofSample));
}

/** Into what each sample's loss and what its weight go besides. */
export function usesInBatchLoss(launch: OpenLaunch, binding: string): Use[] {
  const used =
    launch.flag("TOTAL") && (binding === "loss" || (binding === "weights" && launch.flag("WEIGHTED")));
  return used ? [{ output: "batch_loss", at: 0 }] : [];
}
