/** @file What one side of a race does differently from the experiment, and how a link says it. */
import type { InitializerName } from "../models/initializers.ts";
import type { SnakeCase } from "../models/named.ts";
import type { OptimizerName } from "../models/optimizer-names.ts";

// the names alone: the page itself has no need of what they stand for
export const optimizerNames = [
  "sgd",
  "rmsprop",
  "adagrad",
  "adadelta",
  "adam",
  "adamw",
  "adamax",
  "nadam",
] as const satisfies readonly OptimizerName[];

/** All that need no argument, by Keras's names. */
export const initializerNames = [
  "glorot_uniform",
  "glorot_normal",
  "he_uniform",
  "he_normal",
  "lecun_uniform",
  "lecun_normal",
  "orthogonal",
  "random_uniform",
  "random_normal",
  "truncated_normal",
  "zeros",
  "ones",
] as const satisfies readonly SnakeCase<InitializerName>[];

/** What is undefined is as the experiment has it. */
export interface Racer {
  /** with its defaults */
  readonly optimizer?: (typeof optimizerNames)[number] | undefined;
  /** above 0; the optimizer's default, or the experiment's rate, unless given */
  readonly learningRate?: number | undefined;
  /** of the kernels of all convolutions and dense layers */
  readonly initializer?: (typeof initializerNames)[number] | undefined;
  /** of weights and order; the images are the same on both sides */
  readonly seed?: number | undefined;
}

/** No sensible rate is larger. */
const highestRate = 1000;

/** "adam*0.001*he_normal*7", any part of which may be empty. Undefined for what is no such thing. */
export function readRacer(text: string): Racer | undefined {
  const parts = text.split("*");
  const [optimizer = "", rate = "", initializer = "", seed = ""] = parts;
  const racer: Racer = {
    optimizer: optimizerNames.find((name) => name === optimizer),
    learningRate: readRate(rate),
    initializer: initializerNames.find((name) => name === initializer),
    seed: /^\d{1,9}$/.test(seed) ? Number(seed) : undefined,
  };
  const read = [racer.optimizer, racer.learningRate, racer.initializer, racer.seed];
  return parts.length === 4 && parts.every((part, i) => part === "" || read[i] !== undefined)
    ? racer
    : undefined;
}

export function readRate(text: string): number | undefined {
  if (!/^(\d{1,9}\.?\d{0,20}|\.\d{1,20})(e[+-]?\d{1,2})?$/.test(text)) return undefined;
  const rate = Number(text);
  return Math.fround(rate) > 0 && rate <= highestRate ? rate : undefined;
}

/** What readRacer() reads; undefined for a side that is as the experiment has it. */
export function writeRacer({ optimizer, learningRate, initializer, seed }: Racer): string | undefined {
  const text = [optimizer, learningRate, initializer, seed].map((part) => part ?? "").join("*");
  return text === "***" ? undefined : text;
}
