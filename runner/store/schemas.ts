/**
 * @file The JSON files of a run folder: what is written in them, and what is made of folders that older versions wrote.
 * history.json is what models/training/history.ts writes.
 */
import { z } from "zod";
import { resizeFilters } from "../../datasets/formats/images/resize.ts";
import { written } from "../../engine/options.ts";
import { fromJsonNumber } from "../../models/exact-json.ts";
import { precisions } from "../../models/fit/precision.ts";
import { emptyRecord } from "../../models/records.ts";
import { backboneNames } from "../transfer/backbone-names.ts";
import { named } from "./names.ts";

/** What is needed to repeat a run; part of config.json. */
const settingsSchema = z.object({
  profile: z.enum(["full", "quick"]),
  epochs: z.number().int().nonnegative(),
  batch: z.number().int().nonnegative(),
  limit: z.number().int().positive().nullable(),
  testLimit: z.number().int().positive().nullable(),
  seed: z.number().int().nonnegative(),
  shuffle: z.boolean(),
  eager: z.boolean(),
  precision: z.enum(precisions).default("float32"), // runs of before had no other
  /** activations are computed again instead of stored: the same results */
  recompute: z.literal(true).optional(),
  literal: z.boolean(),
  /** of experiments that corrupt their inputs: one draw for all epochs, or another in each */
  noise: z.enum(["fresh", "fixed"]).optional(),
  /** of studies: which end of the training file is held out; the experiment's own in runs of before */
  validation: z.enum(["first", "last"]).optional(),
  /** a folder of them in place of the experiment's data set */
  photographs: z
    .object({ folder: z.string(), filter: z.enum(resizeFilters), skipBroken: z.boolean() })
    .optional(),
  /** of transfer: the network that it begins with */
  backbone: z.enum(backboneNames).optional(),
  trial: z.string().nullable().default(null),
  changes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

export type RunSettings = z.infer<typeof settingsSchema>;

/** The photographs of a folder, as a run names them. */
export type PhotographSettings = NonNullable<RunSettings["photographs"]>;

const origin = z.enum(["official", "other", "synthetic", "own"]);
const adapterSchema = z.looseObject({
  class: z.string().optional(),
  description: z.string().optional(),
  device: z.string().optional(),
});

/** config.json: all that is needed to repeat a run. */
export const configSchema = z.object({
  experiment: z.string(),
  command: z.string().default(""),
  /** of an experiment in a file of the user's own: where it is, and its contents */
  file: z.object({ path: z.string(), sha256: z.string() }).optional(),
  settings: settingsSchema,
  started: z.string(),
  /** when --resume went on with it */
  resumed: z.array(z.string()).default([]),
  adapter: adapterSchema.default({}),
  versions: z.record(z.string(), z.string()).default({}),
  commit: z.string().nullable().default(null),
  /** what the experiment does, in words: which images validate, what is done to them, which run it goes on from */
  method: z.record(z.string(), z.string().nullable()).default({}),
  dataset: z.object({
    id: z.string(),
    origin,
    note: z.string().default(""),
    train: z.number(),
    test: z.number(),
    /** names, index = label; runs of before do not say them, nor what the samples are */
    classes: z.array(z.string()).optional(),
    samples: z
      .object({ shape: z.array(z.number()), values: z.enum(["bytes", "floats"]), scale: z.number() })
      .optional(),
    files: z
      .array(
        z.object({
          path: z.string(),
          dataFolder: z.string().optional(),
          bytes: z.number(),
          md5: z.string(),
          official: z.boolean(),
          count: z.number(),
        }),
      )
      .default([]),
  }),
});

export type RunConfig = z.infer<typeof configSchema>;

/** The same for those who only show it: of the settings, whatever there are. */
export const shownConfigSchema = configSchema.omit({ resumed: true, method: true }).extend({
  settings: z.record(z.string(), z.unknown()).default({}),
  dataset: configSchema.shape.dataset.omit({ files: true }),
});

export type SavedConfig = z.infer<typeof shownConfigSchema>;

/** result.json: final figures, and beside each the published one. Experiments of some kinds have more. */
export const resultSchema = z.looseObject({
  experiment: z.string(),
  epochs: z.number().optional(),
  seed: z.number().optional(),
  profile: z.string().optional(),
  /** of the network that was trained */
  parameters: z.number().nullish(),
  /** of the network of the full profile */
  parameters_in_full: z.number().nullish(),
  /** of transfer: what it began with */
  backbone: z.enum(backboneNames).optional(),
  /** images used */
  dataset: z
    .looseObject({
      origin,
      note: z.string().optional(),
      train: z.number().optional(),
      test: z.number().optional(),
    })
    .optional(),
  adapter: adapterSchema.optional(),
  measured: named(z.unknown()).default(() => emptyRecord()),
  published: z
    .array(
      z.looseObject({
        name: z.string(),
        measure: z.string(),
        published: z.number(),
        source: z.string().default(""),
      }),
    )
    .default([]),
  /** of committed results: how the run differs from one of today */
  note: z.string().optional(),
});

export type SavedResult = z.infer<typeof resultSchema>;

/** A number, also one that JSON has by its name only; null where there is none. */
const numberSchema = z.unknown().transform((value, context) => {
  const number = fromJsonNumber(value);
  if (number === undefined && value !== null)
    context.addIssue({ code: "custom", message: `expected a number, got ${written(value)}` });
  return number ?? null;
});

/** history.json, as reports and comparisons read it. */
export const historySchema = named(z.array(numberSchema));
