/** @file The settings of a run: options of the command line over the experiment's profile. */
import { z } from "zod";
import type { AdapterFacts } from "../../engine/adapter.ts";
import { UsageError } from "../../engine/errors.ts";
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
  readonly literal?: boolean;
  readonly noise?: "fresh" | "fixed";
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
  literal: z.boolean(),
  /** of experiments that corrupt their inputs: one draw for all epochs, or another in each */
  noise: z.enum(["fresh", "fixed"]).optional(),
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
    literal: options.literal ?? false,
    ...noisePart(experiment, options),
  };
}

function literalPart(experiment: Experiment, options: RunOptions): Partial<Profile> {
  if (!options.literal) return {};
  if (experiment.kind === "data" || !experiment.literal) {
    throw new UsageError(
      `--literal: the source of ${experiment.id} has nothing that differs from what it means.`,
    );
  }
  const { explanation: _, ...changes } = experiment.literal;
  return changes;
}

function noisePart(experiment: Experiment, { noise }: RunOptions): Pick<RunSettings, "noise"> {
  if (experiment.kind === "study" && experiment.takesNoise) return { noise: noise ?? "fixed" };
  if (noise === undefined) return {};
  throw new UsageError(`--noise: ${experiment.id} corrupts no images.`);
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
  if (settings.literal) words.push("--literal");
  if (settings.noise === "fresh") words.push("--noise fresh");
  return words.join(" ");
}
