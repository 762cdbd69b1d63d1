/** @file Holds a loss on the GPU against its float64 reference: value, losses per sample and gradient. */
import type { Engine } from "../../../engine/device.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import { compareLoss, type LossCase } from "../../../lessons/properties/loss.ts";
import { expectClose } from "../../support/compare.ts";

export type { LossCase } from "../../../lessons/properties/loss.ts";

/** `perSample` and `gradient` (from the gradient of each sample's loss) are the reference's. */
export async function checkLoss(
  engine: Engine,
  given: LossCase,
  perSample: Array64,
  gradient: (dLoss: Array64) => Array64,
): Promise<void> {
  for (const { what, actual, expected, tolerance } of await compareLoss(engine, given, perSample, gradient))
    expectClose(actual, expected, tolerance, what);
}
