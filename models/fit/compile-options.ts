/** @file Options of compile(), by Keras's names. */
import { requireEngine } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { checkOption, checkOptionNames, type OptionNames } from "../../engine/options.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { LossChoice, LossWeights, MetricChoice } from "../objective/objective.ts";
import { type OptimizerChoice, optimizer } from "../optimizer-names.ts";

/** 0: evaluate() and predict() run in inference mode; 1: as in training, see CompileOptions. */
export type LearningPhase = 0 | 1;

/** Options of compile(), by Keras's names. */
export interface CompileOptions {
  /** from adam() or another of the optimizers; or "adam", with its defaults; or { name: "adam", learningRate: 0.01 } */
  readonly optimizer: OptimizerChoice;
  /** Keras's name, categorical_crossentropy, ..., or a function (yTrue, yPred) => Tensor; of several outputs a list or a record by output, or one for all */
  readonly loss: LossChoice;
  /** factors of the losses of several outputs; 1 unless given */
  readonly lossWeights?: LossWeights;
  /**
   * Names, functions (yTrue, yPred) => Tensor, or result names with what they compute: { accuracy: "categorical_accuracy" }. Of several outputs the same
   * for all, or a record of them by output.
   */
  readonly metrics?: MetricChoice;
  /**
   * Metrics in which samples count by their `sampleWeight` and `classWeight`, of which `metrics` knows nothing: sums of weight times
   * value over sums of weights. A result whose name one of `metrics` has is named weighted_accuracy, as in Keras
   */
  readonly weightedMetrics?: MetricChoice;
  /** where to train; unless given, where the model's weights are, else a new engine on the best adapter */
  readonly engine?: Engine;
  /** of the initial weights and everything random in training. Default 1 */
  readonly seed?: number;
  /**
   * 1: dropout and noise act in evaluate() and predict() too, as after Keras's K.set_learning_phase(1): each call draws anew,
   * and a fresh model with the same seed draws the same row. Not for models with batch normalisation. Default 0
   */
  readonly learningPhase?: LearningPhase;
}

/** The optimizer made of its name. */
export type ResolvedCompileOptions = CompileOptions & { readonly optimizer: Optimizer };

const known: OptionNames<CompileOptions> = {
  optimizer: true,
  loss: true,
  lossWeights: true,
  metrics: true,
  weightedMetrics: true,
  engine: true,
  seed: true,
  learningPhase: true,
};

/** Throws ArgumentError for an option that does not exist, and for one that cannot be what it says. */
export function resolveCompile(options: CompileOptions): ResolvedCompileOptions {
  checkOptionNames("compile", options, known);
  const { loss, seed = 1, learningPhase = 0 } = options;
  const resolved = { ...options, optimizer: optimizer(options.optimizer, "compile") };
  if (!loss)
    throw new ArgumentError('compile: a loss is missing, e.g. { loss: "categorical_crossentropy" }.');
  const whole = () => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32;
  checkOption("compile", "seed", seed, whole, "a whole number below 2^32");
  checkOption(
    "compile",
    "learningPhase",
    learningPhase,
    () => learningPhase === 0 || learningPhase === 1,
    "0 or 1",
  );
  if (options.engine !== undefined) requireEngine("compile", options.engine);
  return resolved;
}
