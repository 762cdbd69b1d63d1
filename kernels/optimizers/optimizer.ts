/** @file What all optimizers share: their interface, checks, clipping, and one dispatch per parameter group. */
import { requireTensors } from "../../engine/arguments.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { type Kernel, run } from "../../engine/kernel.ts";
import { checkNames, checkOption, type OptionNames, written } from "../../engine/options.ts";
import type { Constants } from "../../engine/shader.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloats } from "../shape/arguments.ts";
import { type ClipOptions, clipGradients, type GradientGroup } from "./clip.ts";

/** Flat buffers of one group of parameters, all of one shape [size]. */
export interface OptimizerGroup extends GradientGroup {
  readonly parameters: Tensor;
  /** moment buffers by the names in `Optimizer.slots` */
  readonly slots: Readonly<Record<string, Tensor>>;
}

/** The learning rate at step (or epoch) `at`, counted from 0. */
export type Schedule = (at: number) => number;

/** Options of every optimizer, by Keras's names. */
export interface OptimizerOptions extends ClipOptions {
  /** handed to the StepState by whoever trains: a number, or a function of the step (from 0) */
  readonly learningRate?: number | Schedule;
  /** the rate of step t is divided by 1 + decay * t */
  readonly decay?: number;
}

/** Options as plain data, to be written to config.json. */
export type OptimizerConfig = Readonly<Record<string, number | boolean | string | null>>;

export interface Optimizer {
  /** sgd, rmsprop, adagrad, adadelta, adam, adamw, adamax, nadam */
  readonly name: string;
  readonly config: OptimizerConfig;
  /** the initial one */
  readonly learningRate: number;
  /** the rate of every step, if it is a function */
  readonly schedule?: Schedule;
  /** present if the update is parameter -= rate * gradient and no more: kernels of gradients may do it themselves */
  readonly descent?: { readonly decay: number };
  /** names of the moment buffers, each as large as the parameters; may be empty */
  readonly slots: readonly string[];
  /** value that all elements of a moment buffer start from */
  slotInitial(name: string): number;
  /**
   * Updates the parameters and moments of all groups in place: learning rate and step number from the StepState,
   * nothing once it is halted. Throws ShapeError or ArgumentError if a group's buffers do not fit.
   */
  apply(groups: OptimizerGroup | readonly OptimizerGroup[]): void;
}

/** What tells one optimizer from another. */
export interface OptimizerDefinition {
  readonly name: string;
  /** updates `parameters` and the slots, reads `gradients` */
  readonly kernel: Kernel;
  readonly constants: Constants;
  /** initial value of each slot, by its name in the shader */
  readonly slots: Readonly<Record<string, number>>;
  readonly config: OptimizerConfig;
  readonly options: Required<Pick<OptimizerOptions, "learningRate" | "decay">> & ClipOptions;
  /** true if the update is parameter -= rate * gradient, unless gradients are clipped */
  readonly plainDescent?: boolean;
}

/** Names of the options that every optimizer takes. */
const sharedOptions: OptionNames<OptimizerOptions> = {
  learningRate: true,
  decay: true,
  clipNorm: true,
  clipValue: true,
};

/** Throws ArgumentError unless options are an object with options that the optimizer has: its own and the shared ones. */
export function checkOptimizerOptions<O extends OptimizerOptions>(
  name: string,
  options: O,
  own: OptionNames<Omit<NoInfer<O>, keyof OptimizerOptions>>,
): void {
  checkNames(name, options, Object.keys({ ...sharedOptions, ...own }));
}

/** Checks the shared options and builds the optimizer. */
export function defineOptimizer(definition: OptimizerDefinition): Optimizer {
  const { name, kernel, slots, options, config, plainDescent = false } = definition;
  const { decay, clipNorm, clipValue } = options;
  const { learningRate: given } = options;
  const [learningRate, schedule] = typeof given === "function" ? [given(0), given] : [given];
  checkOption(name, "learningRate", learningRate, () => learningRate >= 0, "0 or more");
  checkOption(name, "decay", decay, () => decay >= 0, "0 or more");
  if (clipNorm !== undefined) checkOption(name, "clipNorm", clipNorm, () => clipNorm > 0, "positive");
  if (clipValue !== undefined) checkOption(name, "clipValue", clipValue, () => clipValue > 0, "positive");
  const constants = { ...definition.constants, DECAY: decay };
  const shared = { learningRate, decay, clipNorm: clipNorm ?? null, clipValue: clipValue ?? null };
  return {
    name,
    config: { name, ...shared, ...config, ...(schedule ? { scheduled: true } : {}) },
    learningRate,
    ...(schedule ? { schedule } : {}),
    ...(plainDescent && clipNorm === undefined && clipValue === undefined ? { descent: { decay } } : {}),
    slots: Object.keys(slots),
    slotInitial(slot) {
      if (typeof slot === "string" && Object.hasOwn(slots, slot)) return slots[slot]!;
      throw new ArgumentError(
        `${name}: has no slot ${written(slot)}; it has ${Object.keys(slots).join(", ") || "none"}.`,
      );
    },
    apply(groups) {
      const all: readonly OptimizerGroup[] = [groups].flat();
      for (const group of all) checkGroup(name, Object.keys(slots), group);
      clipGradients(name, all, options);
      for (const { parameters, gradients, slots: moments } of all) {
        const invocations = Math.ceil(parameters.size / 4);
        run(kernel, { parameters, gradients, ...moments }, {}, { constants, invocations });
      }
    },
  };
}

function checkGroup(name: string, slots: readonly string[], group: OptimizerGroup): void {
  const { parameters, gradients, slots: own, occupied } = group ?? {};
  const moments = own ?? {};
  requireFloats(name, { parameters, gradients });
  requireTensors(name, { parameters, ...moments }, { occupied });
  const given = Object.keys(moments);
  if (given.length !== slots.length || !slots.every((slot) => Object.hasOwn(moments, slot))) {
    throw new ArgumentError(
      `${name}: needs the slots ${slots.join(", ") || "(none)"}, got ${given.join(", ") || "none"}.`,
    );
  }
  for (const [what, tensor] of [["gradients", gradients] as const, ...Object.entries(moments)]) {
    if (sameShape(tensor.shape, parameters.shape) && tensor.dtype === "f32") continue;
    const shapes = `${formatShape(tensor.shape)} ${tensor.dtype}, parameters are ${formatShape(parameters.shape)} f32`;
    throw new ShapeError(`${name}: ${what} are ${shapes}.`);
  }
}
