/** @file Options of optimizers, whose names in Keras mean other things in other versions. */
import { WgradError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { type OptimizerChoice, optimizer } from "../../models/optimizer-names.ts";
import { isRecord } from "../../models/records.ts";
import { snakeCase } from "./names.ts";
import { type Notes, objectName } from "./read-layer.ts";
import type { Generation, KerasLayer } from "./write-layer.ts";

type Options = Readonly<Record<string, unknown>>;

/** Whose formulas the options are for. tf.keras has those of Keras 3 from 2.11 on. */
type Formulas = "keras2" | "tf.keras" | "keras3";

function formulasOf(version: string, config: Options): Formulas {
  if (version.startsWith("3.") || Object.hasOwn(config, "use_ema")) return "keras3";
  return /^2\.([4-9]|\d\d)|-tf$/.test(version) ? "tf.keras" : "keras2";
}

/** What does not change an update when it has this value. */
const neutral: Readonly<Record<string, readonly unknown[]>> = {
  amsgrad: [false],
  centered: [false],
  weight_decay: [null, 0],
  use_ema: [false],
  loss_scale_factor: [null],
  gradient_accumulation_steps: [null],
};
const ignored = [
  "name",
  "jit_compile",
  "ema_momentum",
  "ema_overwrite_frequency",
  "is_legacy_optimizer",
  "schedule_decay",
];

/** What Keras 3 and tf.keras start from where a file has an optimizer's name alone, if wgrad starts elsewhere. */
const defaults: Readonly<Record<string, Options>> = {
  adagrad: { learning_rate: 0.001, initial_accumulator_value: 0.1 },
  adadelta: { learning_rate: 0.001 },
  adamax: { learning_rate: 0.001 },
  nadam: { learning_rate: 0.001 },
};

/**
 * The optimizer that a file of this version of Keras describes. Undefined, with a note, for one that wgrad does not have; a note
 * says what is left out.
 */
export function optimizerFrom(given: unknown, version: string, note: Notes): OptimizerChoice | undefined {
  const { class_name: className, config } =
    typeof given === "string" ? { class_name: given, config: {} } : isRecord(given) ? given : {};
  if (typeof className !== "string") return undefined;
  const options = isRecord(config) ? config : {};
  const formulas = formulasOf(version, options);
  const name = className.toLowerCase();
  const leaveOut = (what: string) => note(`The optimizer ${className}: ${what}`);
  const settings = withRate(
    { ...knownOptions(name, options, leaveOut), ...ownFormulas(name, options, formulas, leaveOut) },
    leaveOut,
  );
  const start = formulas !== "keras2" && Object.hasOwn(defaults, name) ? defaults[name] : {};
  const choice = { class_name: className, config: { ...start, ...settings } };
  try {
    optimizer(choice);
    return choice;
  } catch (cause) {
    if (!(cause instanceof WgradError)) throw cause;
    leaveOut(cause.message);
    return undefined;
  }
}

/** What has a counterpart, under the names of the file. */
function knownOptions(name: string, options: Options, leaveOut: Notes): Options {
  const idle = name === "rmsprop" ? { ...neutral, momentum: [0] } : neutral;
  const known = Object.entries(options).filter(([key, value]) => {
    if (value === null || ignored.includes(key)) return false;
    if (!Object.hasOwn(idle, key) || (key === "weight_decay" && name === "adamw")) return true;
    if (!idle[key]!.includes(value)) leaveOut(`${key} ${written(value)} is left out.`);
    return false;
  });
  return Object.fromEntries(known);
}

/** Options that are read otherwise from file to file; undefined ones are taken out. */
function ownFormulas(name: string, options: Options, formulas: Formulas, leaveOut: Notes): Options {
  const { clipnorm, global_clipnorm: ofAll } = options;
  const clipNorm = formulas === "keras2" ? clipnorm : ofAll;
  if (formulas !== "keras2" && typeof clipnorm === "number")
    leaveOut(
      `clipnorm ${clipnorm} is left out: wgrad clips all gradients together, not those of each weight.`,
    );
  const clipping = { clipnorm: clipNorm ?? undefined, global_clipnorm: undefined };
  if (name === "nadam") {
    if (formulas === "keras3") return { ...clipping, scheduleDecay: 1, decay: undefined };
    const scheduleDecay = formulas === "tf.keras" ? options.decay : options.schedule_decay;
    return { ...clipping, scheduleDecay, decay: undefined };
  }
  if (formulas !== "keras3") return clipping;
  const inRoot = name === "rmsprop" || name === "adagrad";
  return { ...clipping, decay: undefined, ...(inRoot && { epsilonInRoot: true }) };
}

/** A rate that is a schedule becomes the first rate and its decay, if that is what it does. */
function withRate(options: Options, leaveOut: Notes): Options {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const rate = given.learning_rate;
  if (!isRecord(rate)) return given;
  const decaying = decayOf(rate);
  if (decaying) return { ...given, ...decaying };
  const { learning_rate: _, ...rest } = given;
  leaveOut(`its schedule ${objectName(rate)} is left out; the first rate is used.`);
  const first = isRecord(rate.config) ? rate.config.initial_learning_rate : undefined;
  return typeof first === "number" ? { ...rest, learning_rate: first } : rest;
}

/** Keras 3's schedule for what Keras 2 called decay. */
function decayOf({ class_name: name, config }: Options): Options | undefined {
  if (name !== "InverseTimeDecay" || !isRecord(config) || config.staircase === true) return undefined;
  const { initial_learning_rate: rate, decay_rate: share, decay_steps: steps } = config;
  if (![rate, share, steps].every((value) => typeof value === "number")) return undefined;
  return { learning_rate: rate, decay: (share as number) / (steps as number) };
}

export const classNames: Readonly<Record<string, string>> = {
  sgd: "SGD",
  rmsprop: "RMSprop",
  adagrad: "Adagrad",
  adadelta: "Adadelta",
  adam: "Adam",
  adamw: "AdamW",
  adamax: "Adamax",
  nadam: "Nadam",
};

/** Keras takes no whole numbers here: 1 must be written as 1.0. */
export const floatOptions = ["learning_rate", "initial_learning_rate", "momentum"];

/** Names of options that are not the same in snake case. Keras's clipnorm is for each weight alone. */
const optionNames: Readonly<Record<string, string>> = {
  clipNorm: "global_clipnorm",
  clipValue: "clipvalue",
  initialAccumulator: "initial_accumulator_value",
  beta1: "beta_1",
  beta2: "beta_2",
};

/** The optimizer as Keras describes it. Undefined, with a note, if Keras does not have these options together. */
export function kerasOptimizer(
  options: Options,
  generation: Generation,
  note: Notes,
): KerasLayer | undefined {
  const { name, learningRate, decay, scheduled: _, epsilonInRoot, scheduleDecay, ...own } = options;
  const className = classNames[name as string]!;
  const entries = Object.entries(own).filter(([, value]) => value !== null && value !== undefined);
  const rest = Object.fromEntries(entries.map(([key, value]) => [optionNames[key] ?? snakeCase(key), value]));
  if ("global_clipnorm" in rest && "clipvalue" in rest) {
    note(`The options of compile() are left out: Keras clips by norm or by value, not by both.`);
    return undefined;
  }
  const isNadam = name === "nadam";
  if (generation === 2) {
    if (isNadam && decay) {
      note("The options of compile() are left out: in Keras 2, Nadam's decay is that of its schedule.");
      return undefined;
    }
    if (epsilonInRoot)
      note(`The file's ${className} adds epsilon to the root, not under it as this model's does.`);
    const falling = isNadam ? scheduleDecay : decay;
    return {
      class_name: className,
      config: { learning_rate: learningRate, ...(falling ? { decay: falling } : {}), ...rest },
    };
  }
  if ((name === "rmsprop" || name === "adagrad") && !epsilonInRoot)
    note(
      `Keras 3's ${className} adds epsilon under the root, not to it as this model's does: small gradients make shorter steps.`,
    );
  if (isNadam && scheduleDecay !== 1)
    note(
      `Keras 3's Nadam has a schedule decay of 1, this model's is ${written(scheduleDecay)}: the file goes on with 1.`,
    );
  return {
    class_name: className,
    config: { learning_rate: decay ? falling(learningRate, decay) : learningRate, ...rest },
  };
}

/** Keras 3 has no decay, but a schedule that does the same. */
function falling(rate: unknown, decay: unknown) {
  const config = { initial_learning_rate: rate, decay_steps: 1, decay_rate: decay, staircase: false };
  return {
    module: "keras.optimizers.schedules",
    class_name: "InverseTimeDecay",
    config,
    registered_name: null,
  };
}
