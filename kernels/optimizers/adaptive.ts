/** @file Optimizers that scale the step of each parameter by its past gradients: a row each, by Keras's formulas. */
import { type Kernel, kernel } from "../../engine/kernel.ts";
import { checkFlag, checkOption, type OptionNames } from "../../engine/options.ts";
import type { Constants } from "../../engine/shader.ts";
import {
  checkOptimizerOptions,
  defineOptimizer,
  type Optimizer,
  type OptimizerOptions,
} from "./optimizer.ts";

/** The options of `O` that not every optimizer has, all of them given. */
type Own<O extends OptimizerOptions> = Readonly<Required<Omit<O, keyof OptimizerOptions>>>;

interface Row<O extends OptimizerOptions> {
  readonly name: string;
  readonly kernel: Kernel;
  readonly learningRate: number;
  readonly defaults: Own<O>;
  constants(own: Own<O>): Constants;
  /** initial value of each slot, by its name in the shader */
  slots(own: Own<O>): Readonly<Record<string, number>>;
}

interface Range {
  readonly holds: (value: number) => boolean;
  readonly words: string;
}

const share: Range = { holds: (value) => value >= 0 && value < 1, words: "0 or more and less than 1" };
const notNegative: Range = { holds: (value) => value >= 0, words: "0 or more" };
const ranges: Readonly<Record<string, Range>> = {
  rho: share,
  beta1: share,
  beta2: share,
  epsilon: { holds: (value) => value > 0, words: "positive" },
  initialAccumulator: notNegative,
  weightDecay: notNegative,
  scheduleDecay: notNegative,
};

function checkRange(name: string, option: string, value: number): void {
  const { holds, words } = ranges[option]!;
  checkOption(name, option, value, () => holds(value), words);
}

function fromRow<O extends OptimizerOptions>(row: Row<O>, options: O): Optimizer {
  const { name } = row;
  const defaults = row.defaults as Readonly<Record<string, number | boolean>>;
  const names = Object.keys(defaults);
  const known = Object.fromEntries(names.map((option) => [option, true]));
  checkOptimizerOptions(name, options, known as OptionNames<Omit<O, keyof OptimizerOptions>>);
  const given: Readonly<Record<string, number | boolean | undefined>> = Object.fromEntries(
    Object.entries(options),
  );
  const values = Object.fromEntries(
    names.map((option) => [option, given[option] === undefined ? defaults[option]! : given[option]]), // null is refused
  );
  for (const option of names) {
    if (typeof defaults[option] === "boolean") checkFlag(name, option, values[option]);
    else checkRange(name, option, values[option] as number);
  }
  const own = values as Own<O>;
  const { learningRate = row.learningRate, decay = 0 } = options;
  return defineOptimizer({
    name,
    kernel: row.kernel,
    constants: row.constants(own),
    slots: row.slots(own),
    config: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== false)),
    options: { ...options, learningRate, decay },
  });
}

export interface RmspropOptions extends OptimizerOptions {
  /** share of the past in the running mean of squares */
  readonly rho?: number;
  /** added to the root; Keras 1 to 2.1.2 had 1e-8 */
  readonly epsilon?: number;
  /** epsilon is added under the root, as Keras 3 does. Default false */
  readonly epsilonInRoot?: boolean;
}

const rmspropRow: Row<RmspropOptions> = {
  name: "rmsprop",
  kernel: kernel("optimizers/rmsprop", {
    reads: ["gradients"],
    updates: ["parameters", "accumulator"],
    step: true,
    flops: { parameters: 9 },
  }),
  learningRate: 0.001,
  defaults: { rho: 0.9, epsilon: 1e-7, epsilonInRoot: false },
  constants: ({ rho, epsilon, epsilonInRoot }) => ({
    RHO: rho,
    ONE_MINUS_RHO: 1 - rho,
    EPSILON: epsilon,
    EPSILON_IN_ROOT: epsilonInRoot,
  }),
  slots: () => ({ accumulator: 0 }),
};

/** Steps divided by a running root mean square. Defaults: learning rate 0.001, rho 0.9, epsilon 1e-7. */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  return fromRow(rmspropRow, options);
}

export interface AdagradOptions extends OptimizerOptions {
  /** added to the root; Keras 1 to 2.1.2 had 1e-8 */
  readonly epsilon?: number;
  /** epsilon is added under the root, as Keras 3 does. Default false */
  readonly epsilonInRoot?: boolean;
  /** what the sum of squares starts from: 0 in Keras, 0.1 in TensorFlow's and late Keras's */
  readonly initialAccumulator?: number;
}

const adagradRow: Row<AdagradOptions> = {
  name: "adagrad",
  kernel: kernel("optimizers/adagrad", {
    reads: ["gradients"],
    updates: ["parameters", "accumulator"],
    step: true,
    flops: { parameters: 7 },
  }),
  learningRate: 0.01,
  defaults: { epsilon: 1e-7, epsilonInRoot: false, initialAccumulator: 0 },
  constants: ({ epsilon, epsilonInRoot }) => ({ EPSILON: epsilon, EPSILON_IN_ROOT: epsilonInRoot }),
  slots: ({ initialAccumulator }) => ({ accumulator: initialAccumulator }),
};

/** Steps divided by the root of the sum of all squares. Defaults: learning rate 0.01, epsilon 1e-7. */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  return fromRow(adagradRow, options);
}

export interface AdadeltaOptions extends OptimizerOptions {
  /** share of the past in the running means */
  readonly rho?: number;
  /** added under both roots */
  readonly epsilon?: number;
}

const adadeltaRow: Row<AdadeltaOptions> = {
  name: "adadelta",
  kernel: kernel("optimizers/adadelta", {
    reads: ["gradients"],
    updates: ["parameters", "accumulator", "delta"],
    step: true,
    flops: { parameters: 16 },
  }),
  learningRate: 1,
  defaults: { rho: 0.95, epsilon: 1e-7 },
  constants: ({ rho, epsilon }) => ({ RHO: rho, ONE_MINUS_RHO: 1 - rho, EPSILON: epsilon }),
  slots: () => ({ accumulator: 0, delta: 0 }),
};

/** Steps in the units of past steps. Keras's defaults: learning rate 1 (not 0.001), rho 0.95, epsilon 1e-7. */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  return fromRow(adadeltaRow, options);
}

export interface AdamOptions extends OptimizerOptions {
  /** share of the past in the running mean */
  readonly beta1?: number;
  /** share of the past in the running mean of squares; of adamax in the running maximum */
  readonly beta2?: number;
  /** added to the root, not bias-corrected; Keras 1 to 2.1.2 had 1e-8 */
  readonly epsilon?: number;
}

export interface AdamwOptions extends AdamOptions {
  /** times the learning rate, the share of each parameter that a step takes away */
  readonly weightDecay?: number;
}

const adamKernel = kernel("optimizers/adam", {
  reads: ["gradients"],
  updates: ["parameters", "first", "second"],
  step: true,
  flops: { parameters: ({ WEIGHT_DECAY }) => (WEIGHT_DECAY ? 14 : 12) },
});
const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const moments = () => ({ first: 0, second: 0 });

function adamConstants({ beta1, beta2, epsilon }: Own<AdamOptions>) {
  return {
    BETA1: beta1,
    BETA2: beta2,
    ONE_MINUS_BETA1: 1 - beta1,
    ONE_MINUS_BETA2: 1 - beta2,
    LOG_BETA1: logarithm(beta1),
    LOG_BETA2: logarithm(beta2),
    EPSILON: epsilon,
  };
}

const adamRow: Row<AdamOptions> = {
  name: "adam",
  kernel: adamKernel,
  learningRate: 0.001,
  defaults: adamDefaults,
  constants: (own) => ({ ...adamConstants(own), WEIGHT_DECAY: 0 }),
  slots: moments,
};

/** Adam by Keras's formula. Defaults: learning rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7. */
export function adam(options: AdamOptions = {}): Optimizer {
  return fromRow(adamRow, options);
}

const adamwRow: Row<AdamwOptions> = {
  name: "adamw",
  kernel: adamKernel,
  learningRate: 0.001,
  defaults: { ...adamDefaults, weightDecay: 0.004 },
  constants: (own) => ({ ...adamConstants(own), WEIGHT_DECAY: own.weightDecay }),
  slots: moments,
};

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019), 0.004 unless given, on every parameter. */
export function adamw(options: AdamwOptions = {}): Optimizer {
  return fromRow(adamwRow, options);
}

const adamaxRow: Row<AdamOptions> = {
  name: "adamax",
  kernel: kernel("optimizers/adamax", {
    reads: ["gradients"],
    updates: ["parameters", "first", "largest"],
    step: true,
    flops: { parameters: 9 },
  }),
  learningRate: 0.002,
  defaults: adamDefaults,
  constants: ({ beta1, beta2, epsilon }) => ({
    BETA1: beta1,
    BETA2: beta2,
    ONE_MINUS_BETA1: 1 - beta1,
    LOG_BETA1: logarithm(beta1),
    EPSILON: epsilon,
  }),
  slots: () => ({ first: 0, largest: 0 }),
};

/**
 * Adam with the largest gradient in the place of the root mean square (Kingma and Ba 2015, section 7). Defaults of Keras 2:
 * learning rate 0.002 (Keras 3 has 0.001), beta1 0.9, beta2 0.999, epsilon 1e-7.
 */
export function adamax(options: AdamOptions = {}): Optimizer {
  return fromRow(adamaxRow, options);
}

export interface NadamOptions extends AdamOptions {
  /** how fast the momentum warms up; PyTorch's momentum_decay. Keras 3 has 1. Default 0.004 */
  readonly scheduleDecay?: number;
}

const nadamRow: Row<NadamOptions> = {
  name: "nadam",
  kernel: kernel("optimizers/nadam", {
    reads: ["gradients"],
    updates: ["parameters", "first", "second", "momentum"],
    step: true,
    flops: { parameters: 17 },
  }),
  learningRate: 0.002,
  defaults: { ...adamDefaults, scheduleDecay: 0.004 },
  constants: (own) => {
    const { LOG_BETA1: _, ...constants } = adamConstants(own);
    return { ...constants, SCHEDULE_DECAY: own.scheduleDecay };
  },
  slots: () => ({ first: 0, second: 0, momentum: 1 }),
};

/**
 * Adam that looks ahead along its momentum, which warms up (Dozat 2016). Defaults of Keras 2 and PyTorch: learning rate 0.002
 * (Keras 3 has 0.001), beta1 0.9, beta2 0.999, epsilon 1e-7, schedule decay 0.004.
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  return fromRow(nadamRow, options);
}

/** ln(beta); exp(-100) is 0 in float32, so that stands for the logarithm of 0. */
function logarithm(beta: number): number {
  return Math.max(Math.log(beta), -100);
}
