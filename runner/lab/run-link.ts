/** @file A run as the lab opens it: its checkpoint, its settings, and the link that names its training. */
import { join } from "node:path";
import { FileError, UsageError, WgradError } from "../../engine/errors.ts";
import { checkpointPath, hasCheckpoint } from "../../models/checkpoint/checkpoint.ts";
import { command, quoted } from "../command.ts";
import type { Experiment } from "../experiment.ts";
import { readConfig } from "../store/run-folder.ts";
import { isForPages, optionsWithoutPage, type PageSettings, pageSettings } from "./page-run.ts";

export interface RunLink {
  readonly checkpoint: string;
  readonly settings: PageSettings;
  /** "?experiment=svhn-c&..." */
  readonly query: string;
}

/** Throws FileError for what is no run or has no checkpoint, UsageError for a run of what no page can train. */
export async function linkToRun(folder: string, find: (id: string) => Experiment): Promise<RunLink> {
  const { experiment, settings } = readConfig(folder);
  if (!isForPages(find(experiment)))
    throw new UsageError(`--run ${folder}: the lab's page cannot train ${experiment}.`);
  const without = optionsWithoutPage(settings);
  if (without.length > 0)
    throw new UsageError(
      `--run ${folder}: it was made with ${without.join(", ")}, which the lab's page does not have.`,
    );
  const checkpoint = join(folder, "checkpoint");
  if (!(await hasCheckpoint(checkpoint))) throw new FileError(`${folder} has no checkpoint.`);
  const { profile, seed } = settings;
  const query = new URLSearchParams({ experiment, profile, seed: String(seed), run: "true" });
  return { checkpoint: checkpointPath(checkpoint), settings: pageSettings(settings), query: `?${query}` };
}

/** The command that opens a run in the lab; undefined for one that it cannot open. */
export async function labCommand(
  folder: string,
  find: (id: string) => Experiment,
): Promise<string | undefined> {
  try {
    await linkToRun(folder, find);
    return command("lab", `--run ${quoted(folder)}`);
  } catch (error) {
    if (error instanceof WgradError) return undefined;
    throw error;
  }
}
