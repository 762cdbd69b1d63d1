/**
 * @file Dynamic loss scaling (Micikevicius et al. 2018, "Mixed Precision Training", by Keras's LossScaleOptimizer): the loss
 * is multiplied so that small gradients do not vanish in f16; the gradients of the weights, which are f32, are divided again.
 * All of it stays on the GPU: a step that overflows is skipped without anybody reading it back.
 */
import { requireEngine } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import { Tensor } from "../../engine/tensor.ts";
import type { OptimizerGroup } from "../optimizers/index.ts";

const unscale = kernel("loss-scale/unscale", {
  reads: ["occupied"],
  updates: ["gradients", "state"],
  flops: { gradients: 1 },
});
const settle = kernel("loss-scale/settle", { updates: ["loss", "state"] });

/** By Keras's names and with its defaults. */
export interface LossScaleOptions {
  /** 32768 unless given; a power of two, so that dividing by it loses nothing */
  readonly initialScale?: number;
  /** steps in a row without overflow after which the scale is doubled; 2000 unless given */
  readonly dynamicGrowthSteps?: number;
}

/** Where scaling stands between two steps. */
export interface LossScaleState {
  readonly scale: number;
  /** in a row without overflow, since the scale changed */
  readonly goodSteps: number;
  /** updates left out so far */
  readonly skipped: number;
}

/** Throws ArgumentError for options out of range. */
export function checkLossScale(op: string, options: LossScaleOptions): void {
  checkOptionNames(`${op}: lossScale`, options, { initialScale: true, dynamicGrowthSteps: true });
  const { initialScale = 1, dynamicGrowthSteps = 1 } = options;
  const power = () =>
    Number.isInteger(Math.log2(initialScale)) && initialScale >= 1 && initialScale <= 2 ** 24;
  checkOption(op, "initialScale", initialScale, power, "a power of two from 1 to 16777216");
  const count = () => Number.isInteger(dynamicGrowthSteps) && dynamicGrowthSteps >= 1;
  checkOption(op, "dynamicGrowthSteps", dynamicGrowthSteps, count, "a positive integer");
}

/** The scale of a loss in mixed precision: gradients that are small stay above what f16 can hold, and where one overflows it shrinks. */
export class LossScale {
  /** [1], the scale: the gradient of the loss that a backward pass starts from */
  readonly tensor: Tensor;
  readonly #state: Tensor<"u32">;
  /** steps in a row without overflow after which it doubles */
  readonly growthSteps: number;

  /** Throws ArgumentError for options out of range. */
  constructor(engine: Engine, options: LossScaleOptions = {}) {
    requireEngine("LossScale", engine);
    checkLossScale("LossScale", options);
    const { initialScale = 32768, dynamicGrowthSteps = 2000 } = options;
    this.growthSteps = dynamicGrowthSteps;
    this.#state = engine.keep(engine.zeros([4], "u32"));
    this.tensor = engine.keep(engine.adopt(new Tensor(engine, [1], "f32", this.#state.storage)));
    this.write({ scale: initialScale, goodSteps: 0, skipped: 0 });
  }

  /**
   * Divides the gradients of all groups by the scale, adapts it, and leaves this update out if a gradient is not finite.
   * Encode it between the backward pass and the optimizer. Throws ArgumentError for a group without `occupied`.
   */
  settle(groups: readonly OptimizerGroup[]): void {
    const state = this.#state;
    for (const { gradients, occupied } of groups) {
      if (!occupied)
        throw new ArgumentError("LossScale: needs each group's occupied, from occupiedElements().");
      run(unscale, { occupied, gradients, state }, {}, { invocations: Math.ceil(gradients.size / 4) });
    }
    const constants = { GROWTH_STEPS: this.growthSteps };
    run(settle, { loss: state, state: state.engine.step.tensor }, {}, { constants, workgroups: 1 });
  }

  /** The scale and its counters as they are on the GPU now. */
  async read(): Promise<LossScaleState> {
    const words = await this.#state.data();
    const [scale] = new Float32Array(words.buffer);
    return { scale: scale!, goodSteps: words[1]!, skipped: words[2]! };
  }

  /** Goes on from where another run stood. */
  write({ scale, goodSteps, skipped }: LossScaleState): void {
    const words = new Uint32Array([0, goodSteps, skipped, 0]);
    new Float32Array(words.buffer)[0] = scale;
    this.#state.engine.upload(this.#state, words);
  }

  /** Frees its memory on the GPU. */
  dispose(): void {
    this.tensor.dispose();
    this.#state.dispose();
  }
}
