/** @file What a step did to each layer: norms of gradients and of updates, written on the GPU and fetched with the log. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { scale } from "../../kernels/elementwise/index.ts";
import { logNorms } from "../../kernels/metrics/index.ts";
import type { OptimizerGroup } from "../../kernels/optimizers/index.ts";
import type { TrainedVariable, UpdateWatch } from "./optimizer-state.ts";

/** Norms by layer, in the model's order; those of a layer's weights are one norm over all of them. */
export interface LayerNorms {
  /** of the step, after decay */
  readonly learningRate: number;
  /** over all layers, before clipping */
  readonly gradientNorm: number;
  readonly gradientNorms: Readonly<Record<string, number>>;
  /** of the change of the weights */
  readonly updateNorms: Readonly<Record<string, number>>;
}

/** The places of a group's variables in its flat buffers. */
interface GroupRanges {
  readonly ranges: Tensor<"u32">;
  readonly longest: number;
  /** of its first variable among all */
  readonly first: number;
}

export class StepNorms implements UpdateWatch {
  readonly #rows: number;
  /** [rows, 1 + 2 * variables]: the rate, norms of gradients, norms of updates */
  readonly #log: Tensor;
  readonly #groups: readonly GroupRanges[];
  /** of each variable, in the order of the groups */
  readonly #layers: readonly string[];
  readonly #decay: number;

  /** For trained variables by group. `rows`: steps that may wait to be read. */
  constructor(engine: Engine, groups: readonly (readonly TrainedVariable[])[], rows: number, decay: number) {
    this.#rows = rows;
    this.#decay = decay;
    this.#layers = groups.flat().map(({ path }) => path.slice(0, path.lastIndexOf("/")));
    this.#log = engine.keep(engine.zeros([rows, 1 + 2 * this.#layers.length]));
    let first = 0;
    this.#groups = groups.map((variables) => {
      const places = variables.flatMap(({ start, size }) => [start, size]);
      const ranges = engine.keep(engine.tensor(places, [variables.length, 2], "u32"));
      const group = { ranges, longest: Math.max(...variables.map(({ size }) => size)), first };
      first += variables.length;
      return group;
    });
  }

  /** Encodes the norms of the gradients; returns the parameters as they are before the update. */
  before(groups: readonly OptimizerGroup[]): readonly Tensor[] {
    return groups.map(({ gradients, parameters }, i) => {
      const { first, ...place } = this.#groups[i]!;
      const rate = i === 0 ? { decay: this.#decay } : {};
      logNorms(this.#log, { values: gradients, ...place, column: 1 + first, ...rate });
      return scale(parameters, 1); // a copy
    });
  }

  after(groups: readonly OptimizerGroup[], before: readonly Tensor[]): void {
    for (const [i, { parameters }] of groups.entries()) {
      const { first, ...place } = this.#groups[i]!;
      const column = 1 + this.#layers.length + first;
      logNorms(this.#log, { values: parameters, before: before[i]!, ...place, column });
    }
  }

  /** Of batches `from` to `to` (exclusive), at most as many as there are rows. */
  async read(from: number, to: number): Promise<LayerNorms[]> {
    if (from >= to) return [];
    const values = (await this.#log.data()) as Float32Array;
    const columns = 1 + 2 * this.#layers.length;
    return Array.from({ length: to - from }, (_, i) => {
      const start = ((from + i) % this.#rows) * columns;
      return this.#norms(values.subarray(start, start + columns));
    });
  }

  dispose(): void {
    this.#log.dispose();
    for (const { ranges } of this.#groups) ranges.dispose();
  }

  #norms(row: Float32Array): LayerNorms {
    const count = this.#layers.length;
    const gradients = row.subarray(1, 1 + count);
    return {
      learningRate: row[0]!,
      gradientNorm: Math.hypot(...gradients),
      gradientNorms: this.#byLayer(gradients),
      updateNorms: this.#byLayer(row.subarray(1 + count)),
    };
  }

  #byLayer(norms: Float32Array): Record<string, number> {
    const found = new Map<string, number>();
    for (const [i, layer] of this.#layers.entries())
      found.set(layer, Math.hypot(found.get(layer) ?? 0, norms[i]!));
    return Object.fromEntries(found);
  }
}
