/** @file A minimizer: an optimizer and the tensors that it changes, for training loops of your own. */
import { requireTensorsOf } from "../../engine/arguments.ts";
import { gradients } from "../../engine/autodiff/tape.ts";
import { type Engine, engineOf } from "../../engine/device.ts";
import { ArgumentError, formatShape, NumericError, ShapeError } from "../../engine/errors.ts";
import { checkOption, checkOptionNames, written } from "../../engine/options.ts";
import { StepState } from "../../engine/step-state.ts";
import { Tensor } from "../../engine/tensor.ts";
import { haltUnlessFinite } from "./check.ts";
import { occupiedElements } from "./clip.ts";
import type { Optimizer, OptimizerGroup } from "./optimizer.ts";

export interface MinimizerOptions {
  /** of what the ops of the loss draw: dropout, noise. Default 1 */
  readonly seed?: number;
}

export class Minimizer {
  readonly optimizer: Optimizer;
  readonly parameters: readonly Tensor[];
  /** updates so far, the learning rate, and the seed of random ops */
  readonly step: StepState;
  readonly #engine: Engine;
  readonly #groups: readonly Required<Omit<OptimizerGroup, "gradients">>[];
  #learningRate: number;
  /** calls of apply(): what a learning rate that is a function goes by */
  #updates = 0;

  constructor(optimizer: Optimizer, parameters: readonly Tensor[], options: MinimizerOptions = {}) {
    checkArguments(optimizer, parameters, options);
    const engine = engineOf(parameters[0]!);
    this.#engine = engine;
    this.optimizer = optimizer;
    this.parameters = [...parameters];
    this.#groups = parameters.map((each) => ({
      parameters: each,
      slots: slotsOf(optimizer, each),
      occupied: occupiedElements(engine, [each.size]),
    }));
    this.#learningRate = optimizer.learningRate;
    this.step = new StepState(engine);
    this.step.set({ seed: options.seed ?? 1, learningRate: this.#learningRate });
  }

  /** Of the next update, before decay. */
  get learningRate(): number {
    return this.#learningRate;
  }

  /** Throws ArgumentError for a rate that is none, or if the optimizer's rate is a function of the step. */
  set learningRate(value: number) {
    checkOption("minimizer", "learningRate", value, () => value >= 0, "0 or more");
    if (this.optimizer.schedule)
      throw new ArgumentError("minimizer: the learning rate is a function of the step, so it cannot be set.");
    this.#setRate(value);
  }

  /** The scalar that `body` returns, and its gradient for every parameter, as gradients() gives them. */
  gradients(body: () => Tensor): { readonly value: Tensor; readonly gradients: Tensor[] } {
    return this.#engine.useStep(this.step, () => gradients(this.#engine, body, this.parameters));
  }

  /**
   * One update of all parameters; clipping changes the gradients in place. From a gradient on that is NaN or infinite nothing is
   * changed any more: see check(). May be recorded, unless the learning rate is a function of the step.
   * Throws ArgumentError or ShapeError for gradients that are not the parameters'.
   */
  apply(found: readonly Tensor[]): void {
    const groups = this.#groups.map((group, i) => ({ ...group, gradients: found[i]! }));
    this.#checkGradients(found);
    const { schedule } = this.optimizer;
    if (schedule) this.#setRate(schedule(this.#updates));
    this.#updates++;
    this.#engine.useStep(this.step, () => {
      haltUnlessFinite(groups);
      this.optimizer.apply(groups);
      this.step.advance(0, true, 0);
    });
  }

  /** Gradients and update in one; returns the value from before the update. What else `body` made is released. */
  minimize(body: () => Tensor): Tensor {
    return this.#engine.scope(() => {
      const { value, gradients } = this.gradients(body);
      this.apply(gradients);
      return value;
    });
  }

  /** Throws NumericError if a gradient was not finite, and in which update: all after it changed nothing. */
  async check(): Promise<void> {
    const { halted } = await this.step.read();
    if (halted === 0) return;
    throw new NumericError(
      `minimizer: a gradient of update ${halted} was not finite, so it and those after it changed nothing. A smaller learning ` +
        "rate often helps.",
    );
  }

  /** Frees the optimizer's memory; the parameters stay. */
  dispose(): void {
    for (const { slots, occupied } of this.#groups)
      for (const tensor of [occupied, ...Object.values(slots)]) tensor.dispose();
    this.step.dispose();
  }

  /** dispose() at the end of a `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #setRate(value: number): void {
    this.#learningRate = value;
    this.step.set({ learningRate: value });
  }

  #checkGradients(found: readonly Tensor[]): void {
    if (Array.isArray(found) && found.length === this.parameters.length) return;
    const got = Array.isArray(found) ? `${found.length}` : written(found);
    throw new ArgumentError(`minimizer: ${this.parameters.length} gradients are needed, got ${got}.`);
  }
}

/**
 * An optimizer for these tensors, which it changes in place: `minimizer(adam(), [weight, bias]).minimize(() => loss)`. Throws
 * ArgumentError or ShapeError for what cannot be trained. Dispose of it at the end.
 */
export function minimizer(
  optimizer: Optimizer,
  parameters: readonly Tensor[],
  options: MinimizerOptions = {},
): Minimizer {
  return new Minimizer(optimizer, parameters, options);
}

function checkArguments(optimizer: Optimizer, parameters: readonly Tensor[], options: MinimizerOptions) {
  checkOptionNames("minimizer", options, { seed: true });
  const { seed = 1 } = options;
  const whole = () => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32;
  checkOption("minimizer", "seed", seed, whole, "a whole number below 2^32");
  if (typeof optimizer !== "object" || typeof optimizer?.apply !== "function") {
    throw new ArgumentError(
      "minimizer: optimizer must be made by sgd(), adam() or another of the optimizers.",
    );
  }
  if (!Array.isArray(parameters) || parameters.length === 0) {
    throw new ArgumentError(`minimizer: needs a list of tensors to change, got ${written(parameters)}.`);
  }
  if (new Set(parameters).size !== parameters.length)
    throw new ArgumentError("minimizer: a tensor is listed twice.");
  const [first] = parameters;
  for (const [i, tensor] of parameters.entries()) {
    const engine = first instanceof Tensor ? first.engine : undefined;
    requireTensorsOf(engine as Engine, "minimizer", { [`parameters[${i}]`]: tensor });
    if (tensor.dtype === "f32") continue;
    throw new ShapeError(
      `minimizer: parameters[${i}] must be f32, got ${formatShape(tensor.shape)} ${tensor.dtype}.`,
    );
  }
}

/** Moments of one tensor, at their initial values. */
function slotsOf(optimizer: Optimizer, { engine, shape, size }: Tensor): Record<string, Tensor> {
  const entries = optimizer.slots.map((slot) => {
    const moments = engine.keep(engine.zeros(shape));
    const initial = optimizer.slotInitial(slot);
    if (initial !== 0) engine.upload(moments, new Float32Array(size).fill(initial));
    return [slot, moments] as const;
  });
  return Object.fromEntries(entries);
}
