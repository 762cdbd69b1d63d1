/**
 * @file Splitting a batch whose activations exceed the adapter's limits: gradients add up over the parts. Layers in which the
 * samples of a batch depend on each other would compute something else, so there it must be asked for.
 */
import type { Engine } from "../../engine/device.ts";
import { formatBytes, MemoryError } from "../../engine/errors.ts";
import type { Plan } from "../../engine/record/plan.ts";
import type { Layer } from "../layers/layer.ts";

/** Sizes of the parts of a batch, at most `limit` each, as equal as possible: 1280 by 300 is 256 five times. */
export function microBatches(batchSize: number, limit: number): number[] {
  const parts = Math.ceil(batchSize / limit);
  const size = Math.ceil(batchSize / parts);
  return Array.from({ length: parts }, (_, i) => Math.min(size, batchSize - i * size)).filter(
    (part) => part > 0,
  );
}

/** The layers of a model in which a sample's output depends on the rest of its batch. */
export function crossingLayers(layer: Layer, training: boolean): readonly Layer[] {
  const { innerLayers, trainable } = layer;
  if (innerLayers.length > 0)
    return innerLayers.flatMap((inner) => crossingLayers(inner, training && trainable));
  return layer.crossesSamples(training) ? [layer] : [];
}

/**
 * The largest micro-batch that fits the adapter's binding limit, found by dry runs of the step: nothing is allocated.
 * Throws MemoryError if a single sample does not fit, or if the batch does not and `crossing` layers need it whole.
 */
export function fitMicroBatch(
  engine: Engine,
  batchSize: number,
  step: (parts: readonly number[]) => void,
  crossing: readonly Layer[] = [],
): { parts: readonly number[]; plan: Plan } {
  for (let count = 1; ; count++) {
    const limit = Math.ceil(batchSize / count);
    const parts = microBatches(batchSize, limit);
    let plan: Plan;
    try {
      plan = engine.plan(() => step(parts));
    } catch (error) {
      if (error instanceof MemoryError && limit > 1) continue;
      throw error;
    }
    if (parts.length > 1 && crossing[0]) throw wholeBatchNeeded(engine, crossing[0], batchSize, limit);
    return { parts, plan };
  }
}

function wholeBatchNeeded({ limits }: Engine, { name }: Layer, batchSize: number, fits: number): MemoryError {
  const most = formatBytes(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize));
  return new MemoryError(
    `A batch of ${batchSize} samples needs more than the ${most} that this adapter binds in one buffer, and ${name} needs all ` +
      `samples of a batch at once: use a batchSize of at most ${fits}. fit({ microBatches: "independent" }) computes parts of ` +
      `${fits}, each of which ${name} takes for a whole batch.`,
  );
}
