/** @file Changes of an experiment by name and value, as `--set` gives them: learning rate, optimizer, loss, generator, ... */
import { ArgumentError, nearest, UsageError } from "../engine/errors.ts";
import type { Optimizer } from "../kernels/optimizers/index.ts";
import { firstLossName } from "../models/objective/loss-names.ts";
import { optimizersByName } from "../models/optimizer-names.ts";
import {
  generatorOptionNames,
  ImageDataGenerator,
  type ImageDataGeneratorOptions,
} from "../models/preprocessing/image-data-generator.ts";
import { ownEntry } from "../models/records.ts";
import type { GeneratorSetup, TrainingExperiment } from "./experiment.ts";

export type ChangeValue = string | number | boolean;
export type Changes = Readonly<Record<string, ChangeValue>>;

const optimizers: Readonly<Record<string, (options: object) => Optimizer>> = optimizersByName;

const optimizerOptions = [
  ...["learningRate", "decay", "momentum", "nesterov", "rho", "epsilon", "initialAccumulator"],
  ...["beta1", "beta2", "weightDecay", "scheduleDecay", "clipNorm", "clipValue"],
] as const;

/** Changes that are settings of the run. */
const settingNames = ["epochs", "batch", "limit"] as const;

const aliases: Readonly<Record<string, string>> = { lr: "learningRate", batchSize: "batch" };

/** All names that `--set` takes. */
const changeNames: readonly string[] = [
  ...["lr", "optimizer", "loss"],
  ...settingNames,
  ...optimizerOptions,
  ...generatorOptionNames.filter((name) => name !== "validationSplit"),
];

/** The full name. Throws UsageError, with the nearest one, for a name that is none. */
export function changeName(name: string): string {
  if (Object.hasOwn(aliases, name)) return aliases[name]!;
  if (changeNames.includes(name)) return name;
  const hint = nearest(name, changeNames);
  throw new UsageError(
    `--set: there is nothing called "${name}"${hint ? `. Did you mean "${hint}"?` : "."} One of ${changeNames.join(", ")}.`,
  );
}

/** `1e-3` is a number, `true` a flag, everything else a word. */
export function changeValue(text: string): ChangeValue {
  if (text === "true" || text === "false") return text === "true";
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? value : text;
}

/** The experiment with the changes that are not settings. Throws UsageError for values that make no sense. */
export function changedExperiment(experiment: TrainingExperiment, changes: Changes): TrainingExperiment {
  const own = Object.fromEntries(
    Object.entries(changes).filter(([name]) => !settingNames.some((setting) => setting === name)),
  );
  if (Object.keys(own).length === 0) return experiment;
  const { loss, optimizer, ...rest } = own;
  const changed = { ...experiment };
  if (loss !== undefined) changed.loss = asUsage(() => firstLossName(String(loss)));
  const tuned = Object.entries(rest).filter(([name]) => optimizerOptions.some((option) => option === name));
  if (optimizer !== undefined || tuned.length > 0) {
    const make = optimizerOf(experiment, optimizer, Object.fromEntries(tuned));
    asUsage(make);
    changed.optimizer = make;
  }
  const moved = Object.entries(rest).filter(([name]) => generatorOptionNames.includes(name));
  if (moved.length > 0) changed.generator = generatorOf(experiment, Object.fromEntries(moved));
  return changed;
}

/** The optimizer with other options; another optimizer starts from its own defaults. */
function optimizerOf(
  experiment: TrainingExperiment,
  name: ChangeValue | undefined,
  options: Changes,
): () => Optimizer {
  const before = experiment.optimizer();
  const scheduled = experiment.callbacks?.().some((callback) => callback.name === "LearningRateScheduler");
  if (scheduled && options.learningRate !== undefined)
    throw new UsageError(`--set lr: the learning rate of ${experiment.id} follows a schedule of its own.`);
  const kind = String(name ?? before.name);
  const make = asUsage(() => optimizerNamed("optimizer", kind));
  const { name: _, scheduled: __, ...config } = before.config;
  const kept = Object.entries(kind === before.name ? config : {}).filter(([, value]) => value !== null);
  return () => make({ ...Object.fromEntries(kept), ...options });
}

/** Throws ArgumentError, with the nearest name, if there is none. */
export function optimizerNamed(option: string, name: string): (options: object) => Optimizer {
  const make = ownEntry(optimizers, name);
  if (make) return make;
  const hint = nearest(name, Object.keys(optimizers));
  throw new ArgumentError(
    `${option}: there is no optimizer "${name}"${hint ? `. Did you mean "${hint}"?` : "."} One of ${Object.keys(optimizers).join(", ")}.`,
  );
}

function generatorOf(experiment: TrainingExperiment, options: ImageDataGeneratorOptions) {
  return (profile: "full" | "quick"): GeneratorSetup => {
    const setup = { ...experiment.generator?.(profile), ...options };
    const { zcaImages: _, ...rest } = setup;
    asUsage(() => new ImageDataGenerator(rest));
    return setup;
  };
}

/** An option that the library refuses came from the command line. */
function asUsage<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof ArgumentError) throw new UsageError(`--set: ${cause.message}`, { cause });
    throw cause;
  }
}

/** `lr=0.001, optimizer=adam` */
export function describeChanges(changes: Changes): string {
  return Object.entries(changes)
    .map(([name, value]) => `${shortName(name)}=${value}`)
    .join(", ");
}

/** As it is typed. */
export function shortName(name: string): string {
  return name === "learningRate" ? "lr" : name;
}
