/** @file A dry run of a step: which pipelines it needs, and how much memory and arithmetic. Nothing is computed. */

import { flopsOf, type Kernel, type PipelineRequest, pipelineRequest, type RunOptions } from "../kernel.ts";
import { type BufferPool, sizeClass } from "../memory/buffers.ts";
import { layOut, type MemoryLayout } from "../memory/memory-layout.ts";
import type { Tensor } from "../tensor.ts";

/** What a dry run found out: nothing was computed or allocated. */
export interface Plan {
  readonly pipelines: readonly PipelineRequest[];
  /** bytes in use at the fullest moment */
  readonly peakBytes: number;
  /** bytes of all buffers when it is recorded with `layout` */
  readonly recordedBytes: number;
  /** bytes that the tape holds for backward when that begins: activations, but not the parameters and data before */
  readonly keptBytes: number;
  /** which buffers its tensors can share when it is recorded */
  readonly layout: MemoryLayout;
  /** floating-point operations of all launches */
  readonly flops: number;
}

/** What a dry run notes on its way. */
export class PlanNotes {
  readonly #pipelines = new Map<string, PipelineRequest>();
  #flops = 0;
  #keptBytes = 0;

  launch(definition: Kernel, options: RunOptions, tensors: Readonly<Record<string, Tensor>>): void {
    const request = pipelineRequest(definition, options, tensors);
    this.#pipelines.set(request.key, request);
    this.#flops += flopsOf(definition, tensors, options);
  }

  /** A backward pass begins, and `kept` is held for it; of several micro-batches the largest counts. */
  backward(kept: readonly Tensor[]): void {
    const storages = new Set(kept.map(({ storage }) => storage));
    const planned = [...storages].filter((storage) => storage.resident && storage.block.buffer === undefined);
    const bytes = planned.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#keptBytes = Math.max(this.#keptBytes, bytes);
  }

  finish({ use, lifetimes }: BufferPool): Plan {
    const pipelines = [...this.#pipelines.values()];
    const layout = layOut(lifetimes);
    return {
      pipelines,
      peakBytes: use.peakBytes,
      recordedBytes: layout.capacities.reduce((sum, capacity) => sum + sizeClass(capacity), 0),
      keptBytes: this.#keptBytes,
      layout,
      flops: this.#flops,
    };
  }
}
