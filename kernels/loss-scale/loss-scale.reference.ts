/** @file Dynamic loss scaling in plain code: the definition that settle.wgsl is held against. */
import type { LossScaleState } from "./loss-scale.ts";

/** What becomes of a step: the update is made, left out, or training halts since no scale helps. */
export type Outcome = "update" | "skip" | "halt";

const largestScale = 2 ** 24;

/** The state after a step whose gradients were all finite, or not. */
export function settleReference(
  { scale, goodSteps, skipped }: LossScaleState,
  overflow: boolean,
  growthSteps: number,
): { state: LossScaleState; outcome: Outcome } {
  if (overflow && scale <= 1) return { state: { scale, goodSteps: 0, skipped }, outcome: "halt" };
  if (overflow) return { state: { scale: scale / 2, goodSteps: 0, skipped: skipped + 1 }, outcome: "skip" };
  const grows = goodSteps + 1 >= growthSteps;
  const next = grows ? Math.min(2 * scale, largestScale) : scale;
  return { state: { scale: next, goodSteps: grows ? 0 : goodSteps + 1, skipped }, outcome: "update" };
}
