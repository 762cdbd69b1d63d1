/** @file The settings of a run: options of the command line over the experiment's profile. */
import { z } from "zod";
import type { AdapterFacts } from "../../engine/adapter.ts";
import { UsageError } from "../../engine/errors.ts";
import { type Precision, precisions } from "../../models/training/precision.ts";
import type { Experiment, Profile, ProfileName } from "../experiment.ts";

/** What the command line may say. */
export interface RunOptions {
  readonly epochs?: number;
  readonly batch?: number;
  readonly limit?: number;
  readonly seed: number;
  readonly profile: ProfileName | "auto";
  readonly shuffle: boolean;
  readonly eager?: boolean;
  readonly precision?: Precision;
  readonly literal?: boolean;
}

/** What is needed to repeat a run; part of config.json. */
export const settingsSchema = z.object({
  profile: z.enum(["full", "quick"]),
  epochs: z.number().int().nonnegative(),
  batch: z.number().int().nonnegative(),
  limit: z.number().int().positive().nullable(),
  testLimit: z.number().int().positive().nullable(),
  seed: z.number().int().nonnegative(),
  shuffle: z.boolean(),
  eager: z.boolean(),
  precision: z.enum(precisions).default("float32"), // runs of before had no other
  literal: z.boolean(),
});

export type RunSettings = z.infer<typeof settingsSchema>;

/** Throws UsageError for options that the experiment does not have. */
export function resolveSettings(
  experiment: Experiment,
  options: RunOptions,
  adapter: AdapterFacts,
): RunSettings {
  const automatic = adapter.software ? "quick" : "full";
  const profile = options.profile === "auto" ? automatic : options.profile;
  const chosen: Profile = { ...experiment.profiles[profile], ...literalPart(experiment, options) };
  return {
    profile,
    epochs: options.epochs ?? chosen.epochs,
    batch: options.batch ?? chosen.batch,
    limit: options.limit ?? chosen.limit ?? null,
    testLimit: chosen.testLimit ?? null,
    seed: options.seed,
    shuffle: options.shuffle,
    eager: options.eager ?? false,
    precision: precisionOf(experiment, options),
    literal: options.literal ?? false,
  };
}

function precisionOf(experiment: Experiment, { precision = "float32" }: RunOptions): Precision {
  if (precision !== "float32" && experiment.kind !== "training")
    throw new UsageError(`--precision: ${experiment.id} trains no network; it computes in float32.`);
  return precision;
}

function literalPart(experiment: Experiment, options: RunOptions): Partial<Profile> {
  if (!options.literal) return {};
  if (experiment.kind !== "training" || !experiment.literal) {
    throw new UsageError(
      `--literal: the source of ${experiment.id} has nothing that differs from what it means.`,
    );
  }
  const { explanation: _, ...changes } = experiment.literal;
  return changes;
}

/** The words that repeat a run from the project's folder. */
export function commandOf(experiment: Experiment, settings: RunSettings): string {
  const words = [`npm run train -- ${experiment.id} --profile ${settings.profile}`];
  const base = experiment.profiles[settings.profile];
  if (settings.epochs !== base.epochs && !settings.literal) words.push(`--epochs ${settings.epochs}`);
  if (settings.batch !== base.batch) words.push(`--batch ${settings.batch}`);
  if (settings.limit !== (base.limit ?? null) && settings.limit) words.push(`--limit ${settings.limit}`);
  words.push(`--seed ${settings.seed}`);
  if (!settings.shuffle) words.push("--no-shuffle");
  if (settings.eager) words.push("--eager");
  if (settings.precision !== "float32") words.push(`--precision ${settings.precision}`);
  if (settings.literal) words.push("--literal");
  return words.join(" ");
}
