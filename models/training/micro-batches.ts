/** @file Splitting a batch whose activations exceed the adapter's limits: gradients add up over the parts. */
import type { Engine } from "../../engine/device.ts";
import { MemoryError } from "../../engine/errors.ts";
import type { Plan } from "../../engine/plan.ts";

/** Sizes of the parts of a batch, at most `limit` each, as equal as possible: 1280 by 300 is 256 five times. */
export function microBatches(batchSize: number, limit: number): number[] {
  const parts = Math.ceil(batchSize / limit);
  const size = Math.ceil(batchSize / parts);
  return Array.from({ length: parts }, (_, i) => Math.min(size, batchSize - i * size)).filter(
    (part) => part > 0,
  );
}

/**
 * The largest micro-batch that fits the adapter's binding limit, found by dry runs of the step: nothing is allocated.
 * Throws MemoryError if a single sample does not fit.
 */
export function fitMicroBatch(
  engine: Engine,
  batchSize: number,
  step: (parts: readonly number[]) => void,
): { parts: readonly number[]; plan: Plan } {
  for (let count = 1; ; count++) {
    const limit = Math.ceil(batchSize / count);
    const parts = microBatches(batchSize, limit);
    try {
      return { parts, plan: engine.plan(() => step(parts)) };
    } catch (error) {
      if (!(error instanceof MemoryError) || limit === 1) throw error;
    }
  }
}
