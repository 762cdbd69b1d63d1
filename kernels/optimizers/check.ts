/** @file The look at all gradients before an update: one that is NaN or infinite halts training. */

import { ArgumentError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { requireListOf } from "../../engine/options.ts";
import type { GradientGroup } from "./clip.ts";

const check = kernel("optimizers/check-gradients", {
  reads: ["gradients", "occupied"],
  updates: ["state"],
  flops: { gradients: 2 },
});

/**
 * Sets `step.halted` to 1 + the step's number if a gradient is NaN or infinite, so that optimizers change nothing from there
 * on. Encode it between the backward pass and the optimizer. Throws ArgumentError for a group without `occupied`.
 */
export function haltUnlessFinite(groups: readonly GradientGroup[]): void {
  requireListOf("haltUnlessFinite", groups, "groups of gradients");
  for (const { gradients, occupied } of groups) {
    if (!occupied)
      throw new ArgumentError("haltUnlessFinite: needs each group's occupied, from occupiedElements().");
    const state = gradients.engine.step.tensor;
    run(check, { gradients, occupied, state }, {}, { invocations: occupied.size });
  }
}
