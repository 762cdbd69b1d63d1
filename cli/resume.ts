/** @file --resume: what the run to continue was like, what it keeps, and the command that goes on with a run that was cut. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import type { AdapterFacts } from "../engine/adapter.ts";
import { FileError, InterruptedError, UsageError } from "../engine/errors.ts";
import { checkpointPath } from "../models/checkpoint/checkpoint.ts";
import { shortName } from "../runner/changes.ts";
import { quoted } from "../runner/command.ts";
import type { Experiment } from "../runner/experiment.ts";
import type { SampleSet } from "../runner/samples.ts";
import { readConfig, shown } from "../runner/store/run-folder.ts";
import { describeImages, sameImages } from "../runner/store/runs.ts";
import type { RunConfig } from "../runner/store/schemas.ts";
import { singleChanges } from "../runner/sweep/plan.ts";
import { askedBackbone } from "../runner/transfer/choose-backbone.ts";
import type { TrainOptions } from "./options.ts";

/** What config.json says about the run to continue. Throws UsageError if it is of another experiment. */
export function resumedConfig(experiment: Experiment, folder: string): RunConfig {
  const config = readConfig(folder);
  if (config.experiment !== experiment.id) {
    throw new UsageError(`--resume: ${folder} is a run of ${config.experiment}, not of ${experiment.id}.`);
  }
  return config;
}

/**
 * A resumed run keeps its settings but for more epochs: with others it would not continue to the same bits. `typed` is what
 * stands on the command line. Throws UsageError for what differs. --data, --adapter, --stream, --out and --json may differ.
 */
export function checkKeeps(
  experiment: Experiment,
  { settings }: RunConfig,
  folder: string,
  typed: Partial<TrainOptions>,
): void {
  const { id, kind } = experiment;
  const own = kind === "study" ? { validation: experiment.validation } : {}; // what runs of before do not record
  const kept = { ...own, ...settings, profile: typed.profile === "auto" ? "auto" : settings.profile };
  for (const [key, option] of Object.entries(keptOptions)) {
    const name = key as keyof typeof keptOptions;
    if (typed[name] !== undefined && typed[name] !== kept[name]) refuse(option, kept[name], typed[name]);
  }
  const { folder: photographs, filter, skipBroken = false } = settings.photographs ?? {};
  const typedFolder = typed.dataSet?.[1] === undefined ? undefined : resolve(typed.dataSet[1]);
  if (typedFolder !== undefined && typedFolder !== photographs)
    refuse("--data-set folder", photographs, typedFolder);
  if (typed.resize !== undefined && typed.resize !== filter) refuse("--resize", filter, typed.resize);
  if (typed.skipBroken && !skipBroken) refuse("--skip-broken", false, true);
  const backbone = askedBackbone(typed);
  if (backbone && backbone !== settings.backbone)
    refuse(backbone === "cifar" ? "--pretrain" : "--backbone", settings.backbone, backbone);
  for (const [name, value] of Object.entries(singleChanges(typed.set)))
    if (settings.changes[name] !== value) refuse(`--set ${shortName(name)}`, settings.changes[name], value);
  const { epochs, saveInitial } = typed;
  if (kind !== "training" && kind !== "sweep" && epochs !== undefined && epochs !== settings.epochs) {
    throw new UsageError(
      `--resume: ${id} ${kind === "study" ? "trains several networks, each for" : "began with"} ${settings.epochs} epochs; start a new run for ${epochs}.`,
    );
  }
  if (saveInitial && existsSync(checkpointPath(join(folder, "checkpoint"))))
    throw new UsageError("--save-initial: the run has begun, its weights before training are gone.");
}

const keptOptions = {
  batch: "--batch",
  limit: "--limit",
  testLimit: "--test-limit",
  seed: "--seed",
  profile: "--profile",
  shuffle: "--no-shuffle",
  eager: "--eager",
  precision: "--precision",
  literal: "--literal",
  noise: "--noise",
  validation: "--validation",
  trial: "--trial",
} as const;

function refuse(option: string, kept: unknown, typed: unknown): never {
  const isFlag = typeof kept === "boolean";
  const before =
    isFlag || kept === undefined || kept === null ? `without ${option}` : `with ${option} ${kept}`;
  throw new UsageError(
    `--resume: the run began ${before} and goes on ${before.split(" ")[0]} it${isFlag ? "" : `, not with ${typed}`}. Leave the option out, or start a new run.`,
  );
}

/** On other images a run would not continue to the same bits. */
export function checkSameImages({ dataset: before }: RunConfig, now: Dataset<SampleSet>): void {
  if (sameImages(before, describeImages(now))) return;
  throw new UsageError(
    `--resume: the images are not those the run began with. Then: ${before.note} Now: ${now.note} ` +
      "Name the folder of the first with --data, or start a new run.",
  );
}

/** A line for a run that goes on elsewhere than it began; undefined if it does not. */
export function otherAdapter({ adapter: before }: RunConfig, now: AdapterFacts): string | undefined {
  if (before.description === now.description && before.device === now.device) return undefined;
  return `         the run began on ${before.description || before.device}: here it goes on, but not to the same bits`;
}

/** A line for a run of an experiment whose file is not the one that it began with; undefined if it is. */
export function otherFile({ file: before }: RunConfig, { file }: Experiment): string | undefined {
  if (before?.sha256 === file?.sha256) return undefined;
  return `         ${file ? shown(file.path) : "the experiment"} has been changed since the run began: what is new in it holds from here on`;
}

/** Why a disk takes nothing: it may take it later. */
const diskErrors = ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO"];

/**
 * An interruption or an error of the disk, with the command that goes on from here: what was computed up to the last
 * checkpoint is not lost. `again` is for a run that has not come to its config.json yet. Other errors stay as they are.
 */
export function withWayOn(
  error: unknown,
  { resume, again = resume }: { readonly resume: string; readonly again?: string },
  folder: string,
  { adapter, trial }: Pick<TrainOptions, "adapter" | "trial">,
): unknown {
  const interrupted = error instanceof InterruptedError;
  if (!(error instanceof FileError || interrupted)) return error;
  const { code = "" } = (error.cause ?? {}) as NodeJS.ErrnoException;
  const begun = existsSync(join(folder, "config.json"));
  if (!interrupted && !(begun && diskErrors.includes(code))) return error;
  const path = shown(folder);
  const words = [begun ? resume : again, "--out", quoted(path)];
  if (begun && trial !== undefined) words.push("--trial", trial);
  if (adapter !== "auto") words.push("--adapter", adapter);
  const message = `${error.message} Continue with: ${words.join(" ")}`;
  return interrupted
    ? new InterruptedError(message, { cause: error })
    : new FileError(message, { cause: error });
}
