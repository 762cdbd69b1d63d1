/** @file The trials of a sweep: declared ones, combined with the values that the command line gives, and with seeds. */
import type { AdapterFacts } from "../../engine/adapter.ts";
import { UsageError } from "../../engine/errors.ts";
import { setEntry } from "../../models/records.ts";
import { type ChangeValue, changeName, changeValue, shortName } from "../changes.ts";
import { command, quoted, typedName } from "../command.ts";
import type { Experiment, SweepExperiment, TrainingExperiment } from "../experiment.ts";
import { onPhotographs } from "../photographs.ts";
import { type RunOptions, resolveSettings, trainingWords } from "../settings.ts";
import type { RunSettings } from "../store/schemas.ts";
import { trainingVariant } from "../variant.ts";

/** One training run. */
export interface PlannedTrial {
  /** unique in the sweep; names its folder */
  readonly name: string;
  /** what distinguishes it but for the seed, by the columns of the table */
  readonly factors: Readonly<Record<string, string | number>>;
  readonly settings: RunSettings;
  readonly experiment: TrainingExperiment;
}

export interface SweepPlan {
  /** on the user's own photographs, if there are any */
  readonly experiment: TrainingExperiment | SweepExperiment;
  readonly trials: readonly PlannedTrial[];
  /** the settings that the trials have in common */
  readonly settings: RunSettings;
  /** what the best trial is chosen by */
  readonly best: { readonly measure: string; readonly mode: "min" | "max" };
  /** repeats the sweep */
  readonly command: string;
  /** the same in full */
  readonly fullCommand: string;
}

export interface SweepOptions extends RunOptions {
  /** as typed: `lr=1e-3,1e-4` */
  readonly set?: readonly string[];
  /** training runs per trial, with seeds from `seed` on. Default 1 */
  readonly seeds?: number;
}

interface Choice {
  readonly name: string;
  readonly factors: Readonly<Record<string, string | number>>;
  readonly trial?: string;
}

/** Throws UsageError for an experiment without training, unknown names, values that make no sense, and nothing to vary. */
export function planSweep(experiment: Experiment, options: SweepOptions, adapter: AdapterFacts): SweepPlan {
  if (experiment.kind !== "training" && experiment.kind !== "sweep") {
    throw new UsageError(`${experiment.id} trains no network that could be varied.`);
  }
  const { set = [], seeds = 1, ...run } = options;
  const dimensions = set.map(dimension);
  const names = dimensions.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice)
    throw new UsageError(`--set: ${shortName(twice)} is given twice; write --set ${shortName(twice)}=a,b.`);
  if (experiment.kind === "training" && dimensions.length === 0 && seeds === 1) {
    throw new UsageError(
      `There is nothing to vary: add --set, e.g. --set lr=1e-3,1e-4, or --seeds. ${experiment.id} alone is \`${command("train", typedName(experiment))}\`.`,
    );
  }
  const settings = resolveSettings(experiment, run, adapter);
  const choices: readonly Choice[] =
    experiment.kind === "sweep"
      ? experiment.trials(settings.profile).map(({ name, factors }) => ({ name, factors, trial: name }))
      : [{ name: "", factors: {} }];
  const trials = choices.flatMap((choice) =>
    combinations(dimensions).flatMap((changes) =>
      Array.from({ length: seeds }, (_, i) => {
        const seed = run.seed + i;
        const trial = choice.trial === undefined ? {} : { trial: choice.trial };
        const own = resolveSettings(experiment, { ...run, ...trial, seed, changes }, adapter);
        const words = Object.entries(changes).map(([name, value]) => `${shortName(name)}=${value}`);
        return {
          name: [choice.name, ...words, ...(seeds > 1 ? [`seed=${seed}`] : [])].filter(Boolean).join(","),
          factors: { ...choice.factors, ...written(changes) },
          settings: own,
          experiment: trainingVariant(experiment, own),
        };
      }),
    ),
  );
  const best = experiment.kind === "sweep" ? experiment.best : defaultMeasure(experiment);
  const again = sweepCommand(experiment, { ...options, profile: settings.profile }, settings);
  const { limit: _, testLimit: __, epochs: ___, ...unlimited } = options;
  const fullCommand = sweepCommand(experiment, { ...unlimited, profile: "full" }, settings);
  const swept =
    experiment.kind === "training"
      ? onPhotographs(experiment, settings.photographs, settings.profile)
      : experiment;
  return { experiment: swept, trials, settings, best, command: again, fullCommand };
}

/** The command that repeats a sweep. */
export function sweepCommand(experiment: Experiment, options: SweepOptions, settings: RunSettings): string {
  const words = [`${typedName(experiment)} --profile ${options.profile}`];
  for (const text of options.set ?? []) words.push(`--set ${quoted(text)}`);
  for (const name of ["seeds", "epochs", "batch", "limit", "seed"] as const)
    if (options[name] !== undefined) words.push(`--${name} ${options[name]}`);
  if (options.testLimit !== undefined) words.push(`--test-limit ${options.testLimit}`);
  return command("sweep", [...words, ...trainingWords(settings)].join(" "));
}

interface Dimension {
  readonly name: string;
  readonly values: readonly ChangeValue[];
}

function dimension(text: string): Dimension {
  const [word, ...rest] = text.split("=");
  const list = rest.join("=");
  if (!word || list.trim() === "") {
    throw new UsageError(`--set ${text}: write a name and its values, e.g. --set lr=1e-3,1e-4.`);
  }
  const name = changeName(word.trim());
  const values = list.split(/,(?![^()]*\))/).map((value) => changeValue(value.trim()));
  if (values.some((value) => value === "")) throw new UsageError(`--set ${text}: a value is empty.`);
  if (new Set(values).size < values.length) throw new UsageError(`--set ${text}: a value is there twice.`);
  return { name, values };
}

/** Changes with one value each, as `--set` of train gives them. */
export function singleChanges(set: readonly string[] = []): Record<string, ChangeValue> {
  const changes: Record<string, ChangeValue> = {};
  for (const text of set) {
    const { name, values } = dimension(text);
    if (values.length > 1)
      throw new UsageError(`--set ${text}: train takes one value; several are for \`${command("sweep")}\`.`);
    if (Object.hasOwn(changes, name)) throw new UsageError(`--set: ${shortName(name)} is given twice.`);
    setEntry(changes, name, values[0]!);
  }
  return changes;
}

function combinations(dimensions: readonly Dimension[]): Record<string, ChangeValue>[] {
  return dimensions.reduce<Record<string, ChangeValue>[]>(
    (all, { name, values }) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

function written(changes: Readonly<Record<string, ChangeValue>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [
      shortName(name),
      typeof value === "boolean" ? String(value) : value,
    ]),
  );
}

/** The validation part chooses, where there is one: by its accuracy, or by its loss where there is none. */
function defaultMeasure({ validation, metrics }: TrainingExperiment): SweepPlan["best"] {
  const set = validation instanceof Object ? "val" : "test";
  return Object.hasOwn(metrics, "accuracy")
    ? { measure: `${set}_accuracy`, mode: "max" }
    : { measure: `${set}_loss`, mode: "min" };
}
