/** @file How a run falls short of its experiment, in words: for the terminal and the report. */
import type { Dataset } from "../datasets/dataset.ts";
import { describeChanges } from "./changes.ts";
import type { Experiment } from "./experiment.ts";
import type { RunSettings } from "./settings.ts";

/** One phrase per difference from the full profile; empty if there is none. */
export function shortfalls(experiment: Experiment, settings: RunSettings, dataset: Dataset): string[] {
  const { full, quick } = experiment.profiles;
  const parts: string[] = [];
  if (settings.profile === "quick") parts.push(quick.description);
  if (settings.batch !== full.batch)
    parts.push(`batches of ${settings.batch} instead of ${count(full.batch)}`);
  const subset = (limit: number | null, total: number, what: string) => {
    if (limit !== null && limit < total) parts.push(`${count(limit)} of ${count(total)} ${what} images`);
  };
  subset(settings.limit, dataset.train.count, "training");
  subset(settings.testLimit, dataset.test.count, "test");
  const changes = describeChanges(settings.changes);
  if (changes) parts.push(`changed: ${changes}`);
  if (settings.epochs < full.epochs) parts.push(`${settings.epochs} of ${full.epochs} epochs`);
  return parts;
}

/** Why figures on these images are not comparable with published ones; undefined for the official ones. */
export function otherImages(origin: Dataset["origin"]): string | undefined {
  if (origin === "official") return undefined;
  return origin === "synthetic" ? "the images are synthetic" : "the images are not the official files";
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
