/** @file Options of compile() as Keras writes them. */
import type { ResolvedCompileOptions } from "../../models/fit/compile-options.ts";
import { parseName } from "../../models/objective/named-options.ts";
import { optimizersByName } from "../../models/optimizer-names.ts";
import { snakeCase } from "./names.ts";
import type { Notes } from "./read-layer.ts";
import type { Generation, KerasLayer } from "./write-layer.ts";

export interface KerasTraining {
  readonly optimizer: KerasLayer;
  readonly loss: string | KerasLayer;
  readonly metrics: readonly string[];
}

const classNames: Readonly<Record<string, string>> = {
  sgd: "SGD",
  rmsprop: "RMSprop",
  adagrad: "Adagrad",
  adadelta: "Adadelta",
  adam: "Adam",
  adamw: "AdamW",
  adamax: "Adamax",
  nadam: "Nadam",
};

/** Names of options that are not the same in snake case. */
const optionNames: Readonly<Record<string, string>> = {
  clipNorm: "clipnorm",
  clipValue: "clipvalue",
  initialAccumulator: "initial_accumulator_value",
  beta1: "beta_1",
  beta2: "beta_2",
};

/** Losses of logits, which Keras gives an option for. */
const fromLogits: Readonly<Record<string, string>> = {
  softmax_crossentropy: "CategoricalCrossentropy",
  sparse_softmax_crossentropy: "SparseCategoricalCrossentropy",
  binary_crossentropy_from_logits: "BinaryCrossentropy",
};

const metricsOfKeras = [
  "accuracy",
  "acc",
  "categorical_accuracy",
  "sparse_categorical_accuracy",
  "binary_accuracy",
  "top_k_categorical_accuracy",
  "sparse_top_k_categorical_accuracy",
  "mean_squared_error",
  "mean_absolute_error",
];

/** undefined, with a note, where Keras's compile() has no such options. */
export function kerasCompile(
  { optimizer, loss, metrics = [] }: ResolvedCompileOptions,
  generation: Generation,
  note: Notes,
): KerasTraining | undefined {
  const className = Object.hasOwn(optimizersByName, optimizer.name) ? classNames[optimizer.name] : undefined;
  if (!className || optimizer.config.scheduled || typeof loss !== "string") {
    note(
      "The options of compile() are left out: the loss, the optimizer or its rate is a function, or one of several.",
    );
    return undefined;
  }
  const named = (Array.isArray(metrics) ? (metrics as readonly unknown[]) : []).filter((metric) => {
    const known = metricsOfKeras.includes(metric as string);
    if (!known) note(`The metric ${String(metric)} is left out: Keras has none of that name.`);
    return known;
  });
  const config = optimizerConfig(optimizer.config, generation);
  return { optimizer: { class_name: className, config }, loss: lossOf(loss), metrics: named as string[] };
}

/** Keras 3 has no decay, but a schedule that does the same. */
function optimizerConfig(
  options: Readonly<Record<string, unknown>>,
  generation: Generation,
): KerasLayer["config"] {
  const { name: _, learningRate, decay, scheduled: __, ...own } = options;
  const entries = Object.entries(own).filter(([, value]) => value !== null && value !== undefined);
  const rest = Object.fromEntries(entries.map(([key, value]) => [optionNames[key] ?? snakeCase(key), value]));
  if (!decay) return { learning_rate: learningRate, ...rest };
  if (generation === 2) return { learning_rate: learningRate, decay, ...rest };
  const schedule = {
    initial_learning_rate: learningRate,
    decay_steps: 1,
    decay_rate: decay,
    staircase: false,
  };
  return {
    learning_rate: {
      module: "keras.optimizers.schedules",
      class_name: "InverseTimeDecay",
      config: schedule,
      registered_name: null,
    },
    ...rest,
  };
}

function lossOf(text: string): string | KerasLayer {
  const { name, options } = parseName(text);
  const logits = fromLogits[name];
  if (!logits && Object.keys(options).length === 0) return name;
  const config = Object.entries(options).map(([key, value]) => [snakeCase(key), value]);
  const className = logits ?? name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  return {
    class_name: className,
    config: { ...Object.fromEntries(config), ...(logits && { from_logits: true }) },
  };
}
