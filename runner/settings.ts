/** @file The settings of a run: options of the command line over the experiment's profile. */
import type { AdapterFacts } from "../engine/adapter.ts";
import { UsageError } from "../engine/errors.ts";
import type { Precision } from "../models/fit/precision.ts";
import { type Changes, type ChangeValue, shortName } from "./changes.ts";
import { command, quoted, typedName } from "./command.ts";
import type { Experiment, Literal, Profile, ProfileName } from "./experiment.ts";
import { type PhotographOptions, photographSettings } from "./photographs.ts";
import type { RunSettings } from "./store/schemas.ts";
import { type BackboneName, backboneOption } from "./transfer/backbone-names.ts";
import { trainingVariant } from "./variant.ts";

/** What the command line may say. */
export interface RunOptions extends PhotographOptions {
  readonly epochs?: number;
  readonly batch?: number;
  readonly limit?: number;
  readonly testLimit?: number;
  readonly seed: number;
  readonly profile: ProfileName | "auto";
  readonly shuffle: boolean;
  readonly eager?: boolean;
  readonly precision?: Precision;
  /** activations are computed again instead of stored */
  readonly recompute?: boolean;
  readonly literal?: boolean;
  /** of experiments that corrupt their inputs */
  readonly noise?: "fresh" | "fixed";
  /** of studies: which end of the training file is held out */
  readonly validation?: "first" | "last";
  /** of transfer: the network to begin with; chooseBackbone() says which can be had */
  readonly backbone?: BackboneName;
  /** of a sweep: the one trial to run */
  readonly trial?: string;
  /** by their full names */
  readonly changes?: Changes;
}

/** Throws UsageError for options that the experiment does not have. */
export function resolveSettings(
  experiment: Experiment,
  options: RunOptions,
  adapter: AdapterFacts,
): RunSettings {
  const automatic = adapter.software ? "quick" : "full";
  const { file, profiles } = experiment;
  const onlyFull = file && profiles.quick === profiles.full; // an experiment of one's own need not have both
  const profile = onlyFull ? "full" : options.profile === "auto" ? automatic : options.profile;
  const { trial = null, literal = false, changes = {} } = options;
  const variant = { profile, trial, literal: false, changes: {} };
  const base = trial === null ? experiment : trainingVariant(experiment, variant);
  const chosen: Profile = { ...base.profiles[profile], ...(literal ? literalPart(base) : {}) };
  return {
    profile,
    epochs: options.epochs ?? count(changes, "epochs") ?? chosen.epochs,
    batch: options.batch ?? count(changes, "batch") ?? chosen.batch,
    limit: options.limit ?? count(changes, "limit") ?? chosen.limit ?? null,
    testLimit: options.testLimit ?? chosen.testLimit ?? null,
    seed: options.seed,
    shuffle: options.shuffle,
    eager: options.eager ?? false,
    precision: precisionOf(experiment, options),
    ...recomputePart(experiment, options),
    literal,
    ...noisePart(experiment, options),
    ...validationPart(experiment, options),
    ...photographPart(experiment, options),
    ...backbonePart(experiment, options),
    trial,
    changes,
  };
}

function trains({ kind }: Experiment): boolean {
  return ["training", "study", "sweep"].includes(kind);
}

function recomputePart(experiment: Experiment, options: RunOptions): Pick<RunSettings, "recompute"> {
  if (!options.recompute) return {};
  if (trains(experiment)) return { recompute: true };
  throw new UsageError(`--recompute: ${experiment.id} trains no network.`);
}

function precisionOf(experiment: Experiment, options: RunOptions): Precision {
  const { precision = "float32" } = options;
  if (precision !== "float32" && !trains(experiment))
    throw new UsageError(`--precision: ${experiment.id} trains no network; it computes in float32.`);
  return precision;
}

/** A number of epochs or images from `--set`. */
function count(changes: Changes, name: "epochs" | "batch" | "limit"): number | undefined {
  const value: ChangeValue | undefined = changes[name];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError(`--set ${name}: it must be a positive whole number, got "${value}".`);
}

function literalPart(experiment: Experiment): Partial<Profile> {
  if ((experiment.kind !== "training" && experiment.kind !== "study") || !experiment.literal) {
    throw new UsageError(
      `--literal: the source of ${experiment.id} has nothing that differs from what it means.`,
    );
  }
  const { explanation: _, changes: __, ...numbers }: Literal = experiment.literal;
  return numbers;
}

function noisePart(experiment: Experiment, { noise }: RunOptions): Pick<RunSettings, "noise"> {
  if (experiment.kind === "study" && experiment.takesNoise) return { noise: noise ?? "fixed" };
  if (noise === undefined) return {};
  throw new UsageError(`--noise: ${experiment.id} corrupts no images.`);
}

function validationPart(experiment: Experiment, { validation }: RunOptions): Pick<RunSettings, "validation"> {
  if (experiment.kind === "study") return { validation: validation ?? experiment.validation };
  if (validation === undefined) return {};
  throw new UsageError(
    `--validation: ${experiment.id} does not hold out the first or last images of its training file; the experiments on MNIST do.`,
  );
}

function photographPart(experiment: Experiment, options: RunOptions): Pick<RunSettings, "photographs"> {
  const photographs = photographSettings(experiment, options);
  return photographs ? { photographs } : {};
}

function backbonePart(experiment: Experiment, { backbone }: RunOptions): Pick<RunSettings, "backbone"> {
  if (experiment.kind === "training" && experiment.transfer) return { backbone: backbone ?? "resnet50" };
  if (backbone === undefined) return {};
  throw new UsageError(
    `${backbone === "cifar" ? "--pretrain" : "--backbone"}: ${experiment.id} begins with no network that was trained before; the experiments called caltech-... do.`,
  );
}

/** What commands that repeat a run or a sweep say of how it trains, and on which images. */
export function trainingWords(settings: RunSettings): string[] {
  const words: string[] = [];
  if (!settings.shuffle) words.push("--no-shuffle");
  if (settings.eager) words.push("--eager");
  if (settings.recompute) words.push("--recompute");
  if (settings.precision !== "float32") words.push(`--precision ${settings.precision}`);
  if (settings.literal) words.push("--literal");
  if (settings.photographs) {
    const { folder, filter, skipBroken } = settings.photographs;
    words.push(`--data-set folder ${quoted(folder)} --resize ${filter}${skipBroken ? " --skip-broken" : ""}`);
  }
  if (settings.backbone) words.push(backboneOption(settings.backbone));
  return words;
}

/** The command that repeats a run. */
export function commandOf(experiment: Experiment, settings: RunSettings): string {
  const words = [`${typedName(experiment)} --profile ${settings.profile}`];
  const base = experiment.profiles[settings.profile];
  if (settings.epochs !== base.epochs && !settings.literal) words.push(`--epochs ${settings.epochs}`);
  if (settings.batch !== base.batch) words.push(`--batch ${settings.batch}`);
  if (settings.limit !== (base.limit ?? null) && settings.limit) words.push(`--limit ${settings.limit}`);
  if (settings.testLimit !== (base.testLimit ?? null) && settings.testLimit)
    words.push(`--test-limit ${settings.testLimit}`);
  words.push(`--seed ${settings.seed}`);
  words.push(...trainingWords(settings));
  if (settings.noise === "fresh") words.push("--noise fresh");
  if (experiment.kind === "study" && (settings.validation ?? experiment.validation) !== experiment.validation)
    words.push(`--validation ${settings.validation}`);
  if (settings.trial !== null) words.push(`--trial ${settings.trial}`);
  for (const [name, value] of Object.entries(settings.changes))
    words.push(`--set ${quoted(`${shortName(name)}=${value}`)}`);
  return command("train", words.join(" "));
}
