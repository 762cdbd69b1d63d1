/**
 * @file How a training step is computed so that it fits: with all activations stored, with some of them computed again, or in
 * parts. Dry runs tell what each way takes; nothing is allocated.
 */
import type { Engine } from "../../engine/device.ts";
import { formatBytes, MemoryError } from "../../engine/errors.ts";
import { crossingLayers, partitions, roomOf, wholeBatchNeeded } from "./micro-batches.ts";
import type { Session } from "./session.ts";

/** A way to compute a batch. */
export interface StepWay {
  /** samples per micro-batch: one number if the batch is not split */
  readonly parts: readonly number[];
  /** activations are given up and computed again in the backward pass */
  readonly recompute: boolean;
}

/** A way, and the bytes that are on the GPU with it: weights, optimizer state, data, and the step's own tensors. */
export interface SizedWay extends StepWay {
  readonly bytes: number;
}

/** What fit() tells of its steps before the first. */
export interface StepMemory extends SizedWay {
  /** every way that a dry run was made of, the one that is taken last */
  readonly tried: readonly SizedWay[];
}

/** A planned step. */
interface Planned {
  /** of its own tensors */
  readonly bytes: number;
  /** with all activations stored, if they are not and this is known */
  readonly storedBytes?: number | undefined;
  readonly recompute: boolean;
}

/**
 * The first way that fits: the whole batch, with recomputing only where it must or is asked for; then fewer samples at a time.
 * Throws MemoryError, with what was tried, if none does, or if the batch had to be split and a layer needs it whole.
 */
export function chooseStep<S extends Planned>(
  session: Pick<Session, "engine" | "model" | "recompute" | "independentParts">,
  batchSize: number,
  plan: (way: StepWay) => S,
): { step: S; memory: StepMemory } {
  const { engine, model, recompute, independentParts } = session;
  const crossing = independentParts ? [] : crossingLayers(model, true);
  const tried: SizedWay[] = [];
  let failure: MemoryError | undefined;
  for (const parts of partitions(batchSize)) {
    for (const again of waysOf(engine, recompute)) {
      const step = unlessTooLarge(() => plan({ parts, recompute: again }));
      if (step instanceof MemoryError) {
        failure = step;
        break; // one tensor is too large, which recomputing does not change
      }
      const { storedBytes, bytes } = step;
      const { bytesInUse } = engine.memory; // the plan may have made room for gradients
      if (storedBytes !== undefined && !tried.some((way) => way.parts === parts))
        tried.push({ parts, recompute: false, bytes: bytesInUse + storedBytes });
      const way = { parts, recompute: step.recompute, bytes: bytesInUse + bytes };
      tried.push(way);
      if (bytes > engine.memoryLeft) continue;
      if (parts.length > 1 && crossing[0])
        throw wholeBatchNeeded(engine, crossing[0], batchSize, parts[0]!, recompute === false);
      return { step, memory: { ...way, tried } };
    }
  }
  throw tried.length > 0 ? nothingFits(engine, tried) : failure!;
}

/** Whether to recompute, in the order of what is tried. */
function waysOf({ memoryLimit }: Engine, asked: boolean | undefined): readonly boolean[] {
  if (asked !== undefined) return [asked];
  return Number.isFinite(memoryLimit) ? [false, true] : [false];
}

function unlessTooLarge<S>(plan: () => S): S | MemoryError {
  try {
    return plan();
  } catch (error) {
    if (error instanceof MemoryError) return error;
    throw error;
  }
}

function nothingFits(engine: Engine, tried: readonly SizedWay[]): MemoryError {
  const least = tried.reduce((a, b) => (b.bytes < a.bytes ? b : a));
  const ways = [...new Set([tried[0]!, least])].map((way) => `${describeWay(way)} ${formatBytes(way.bytes)}`);
  const advice = tried.some(({ recompute }) => recompute) ? "" : " fit({ recompute: true }) needs less.";
  return new MemoryError(`fit: training needs ${ways.join(", ")}; ${roomOf(engine)}.${advice}`);
}

/** For messages: "in 4 parts of 8 samples and activations computed again". */
function describeWay({ parts, recompute }: StepWay): string {
  const samples = parts.length > 1 ? `in ${parts.length} parts of ${parts[0]} samples` : "with whole batches";
  return recompute ? `${samples} and activations computed again` : samples;
}
