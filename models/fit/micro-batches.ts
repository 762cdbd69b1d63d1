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
 * The largest micro-batch that fits the adapter's limits, found by dry runs of the step: nothing is allocated.
 * Throws MemoryError if a single sample does not fit, or if the batch does not and `crossing` layers need it whole.
 */
export function fitMicroBatch(
  engine: Engine,
  batchSize: number,
  step: (parts: readonly number[]) => void,
  crossing: readonly Layer[] = [],
): { parts: readonly number[]; plan: Plan } {
  for (const parts of partitions(batchSize)) {
    const [limit] = parts as [number];
    let plan: Plan;
    try {
      plan = engine.plan(() => step(parts));
    } catch (error) {
      if (error instanceof MemoryError && limit > 1) continue;
      throw error;
    }
    if (plan.recordedBytes > engine.memoryLeft) {
      if (limit > 1) continue;
      throw new MemoryError(`A single sample needs ${formatBytes(plan.recordedBytes)}; ${roomOf(engine)}.`);
    }
    if (parts.length > 1 && crossing[0]) throw wholeBatchNeeded(engine, crossing[0], batchSize, limit);
    return { parts, plan };
  }
  throw new MemoryError("A batch has at least one sample.");
}

/** A batch whole, in halves, in thirds, ... */
export function* partitions(batchSize: number): Generator<readonly number[]> {
  let before = Number.POSITIVE_INFINITY;
  for (let count = 1; before > 1; count++) {
    const limit = Math.ceil(batchSize / count);
    if (limit < before) yield microBatches(batchSize, limit);
    before = limit;
  }
}

/** For messages: what may still be taken. */
export function roomOf({ memoryLimit, memoryLeft }: Engine): string {
  const [limit, used] = [memoryLimit, memoryLimit - memoryLeft].map(formatBytes);
  return `the engine's memoryLimit is ${limit}, of which ${used} are in use`;
}

/** For a batch that fits in parts alone, but that `layer` needs whole; `fits` samples would do. */
export function wholeBatchNeeded(
  engine: Engine,
  { name }: Layer,
  batchSize: number,
  fits: number,
  recomputable = false,
): MemoryError {
  const { limits, memoryLimit } = engine;
  const most = formatBytes(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize));
  const lack = Number.isFinite(memoryLimit)
    ? `does not fit: ${roomOf(engine)}, and one buffer binds at most ${most}. But`
    : `needs more than the ${most} that this adapter binds in one buffer, and`;
  const first = recomputable ? " Without recompute: false it may fit." : "";
  return new MemoryError(
    `A batch of ${batchSize} samples ${lack} ${name} needs all samples of a batch at once: use a batchSize of at most ` +
      `${fits}. fit({ microBatches: "independent" }) computes parts of ${fits}, each of which ${name} takes for a whole batch.${first}`,
  );
}
