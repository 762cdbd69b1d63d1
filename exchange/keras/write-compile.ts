/** @file Options of compile() as Keras writes them. */
import type { ResolvedCompileOptions } from "../../models/fit/compile-options.ts";
import { parseName } from "../../models/objective/named-options.ts";
import { snakeCase } from "./names.ts";
import { classNames, kerasOptimizer } from "./optimizer-options.ts";
import type { Notes } from "./read-layer.ts";
import type { Generation, KerasLayer } from "./write-layer.ts";

export interface KerasTraining {
  readonly optimizer: KerasLayer;
  readonly loss: string | KerasLayer;
  readonly metrics: readonly string[];
}

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
  "hinge",
  "squared_hinge",
  "categorical_hinge",
  "kl_divergence",
  "binary_crossentropy",
  "categorical_crossentropy",
  "sparse_categorical_crossentropy",
  "cosine_similarity",
];

/** `learningRate` is that of the next step. undefined, with a note, where Keras's compile() has no such options. */
export function kerasCompile(
  { optimizer, loss, metrics = [], weightedMetrics }: ResolvedCompileOptions,
  learningRate: number,
  generation: Generation,
  note: Notes,
): KerasTraining | undefined {
  if (!Object.hasOwn(classNames, optimizer.name) || optimizer.config.scheduled || typeof loss !== "string") {
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
  if (weightedMetrics !== undefined) note("The weightedMetrics are left out.");
  const chosen = kerasOptimizer({ ...optimizer.config, learningRate }, generation, note);
  return chosen && { optimizer: chosen, loss: lossOf(loss), metrics: named as string[] };
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
