/** @file How a run falls short of the whole experiment. */
import type { Dataset } from "../../datasets/dataset.ts";
import { ownEntry } from "../../models/records.ts";
import { describeChanges } from "../changes.ts";
import type { Experiment } from "../experiment.ts";
import type { BackboneName } from "../transfer/backbone-names.ts";
import { backbones } from "../transfer/backbones.ts";
import type { RunSettings, SavedConfig, SavedResult } from "./schemas.ts";

export interface Part {
  readonly used: number;
  readonly whole: number;
}

/** Every entry is a reason why a figure may differ from a published one; an empty object means there is none. */
export interface Shortfall {
  readonly synthetic?: boolean;
  /** the files are not the official ones */
  readonly otherFiles?: boolean;
  /** transfer that began with another network than the source's, by name */
  readonly backbone?: BackboneName;
  /** a smaller experiment by design */
  readonly quick?: boolean;
  readonly epochs?: Part;
  readonly batch?: Part;
  readonly train?: Part;
  readonly test?: Part;
}

/** Images of the official files, [training, test]. */
const officialCounts: Readonly<Record<string, readonly [train: number, test: number]>> = {
  cifar10: [50_000, 10_000],
  cifar100: [50_000, 10_000],
  cifar25: [12_500, 2500],
  svhn: [73_257, 26_032],
  mnist: [60_000, 10_000],
  "fashion-mnist": [60_000, 10_000],
  cub200: [3000, 3033],
};

/** Compares what a result says it used with the official files and the experiment's full profile. */
export function shortfallOf(
  result: SavedResult,
  config: Pick<SavedConfig, "dataset" | "settings"> | undefined,
  experiment: Experiment | undefined,
): Shortfall {
  const { dataset } = result;
  const full = experiment?.profiles.full;
  const declared = experiment?.dataset;
  const datasetId = typeof declared === "string" ? declared : (config?.dataset.id ?? "");
  const [train, test] = ownEntry(officialCounts, datasetId) ?? [];
  const batch = config?.settings.batch;
  return {
    ...(dataset?.origin === "synthetic" ? { synthetic: true } : {}),
    ...(dataset?.origin === "other" ? { otherFiles: true } : {}),
    ...(result.backbone && result.backbone !== "resnet50" ? { backbone: result.backbone } : {}),
    ...(result.profile === "quick" && !quickIsFull(experiment) ? { quick: true } : {}),
    ...part("epochs", result.epochs, full?.epochs),
    ...(typeof batch === "number" && full && batch !== full.batch && full.batch > 0
      ? { batch: { used: batch, whole: full.batch } }
      : {}),
    ...part("train", dataset?.train, full?.limit ?? wholeTraining(dataset, experiment, train)),
    ...part("test", dataset?.test, full?.testLimit ?? test),
  };
}

/** Experiments that train nothing may do the same in both profiles. */
function quickIsFull(experiment: Experiment | undefined): boolean {
  const { quick, full } = experiment?.profiles ?? {};
  return full !== undefined && JSON.stringify(quick) === JSON.stringify(full);
}

/** Training images of the whole experiment: the official ones without those held out for validation. */
function wholeTraining(
  dataset: SavedResult["dataset"],
  experiment: Experiment | undefined,
  official: number | undefined,
): number | undefined {
  if (official === undefined || dataset?.train === undefined) return official;
  if (experiment?.kind === "study") return Math.round((official * 11) / 12);
  const held = typeof dataset.validation === "number" ? dataset.validation : 0;
  return Math.round((official * dataset.train) / Math.max(1, dataset.train + held));
}

function part(
  name: "epochs" | "train" | "test",
  used: number | undefined,
  whole: number | undefined,
): Partial<Record<"epochs" | "train" | "test", Part>> {
  return used !== undefined && whole !== undefined && used < whole ? { [name]: { used, whole } } : {};
}

/** The same of a run that is about to begin, in words: for the terminal and the report. The whole is what was loaded. */
export function shortfalls(
  { profiles }: Pick<Experiment, "profiles">,
  settings: RunSettings,
  { train, test }: Dataset<{ readonly count: number }>,
): string[] {
  const { full, quick } = profiles;
  const short = {
    ...part("train", settings.limit ?? undefined, train.count),
    ...part("test", settings.testLimit ?? undefined, test.count),
    ...part("epochs", settings.epochs, full.epochs),
  };
  const words = (name: keyof typeof short, what: string) => {
    const { used, whole } = short[name] ?? {};
    return used !== undefined && whole !== undefined ? [`${count(used)} of ${count(whole)} ${what}`] : [];
  };
  const changes = describeChanges(settings.changes);
  const { backbone = "resnet50" } = settings;
  return [
    ...(backbone === "resnet50" ? [] : [`${backbones[backbone].title}, instead of ResNet-50`]),
    ...(settings.profile === "quick" ? [quick.description] : []),
    ...(settings.batch === full.batch
      ? []
      : [`batches of ${settings.batch} instead of ${count(full.batch)}`]),
    ...words("train", "training images"),
    ...words("test", "test images"),
    ...(changes ? [`changed: ${changes}`] : []),
    ...words("epochs", "epochs"),
  ];
}

/** Why figures on these data are not comparable with published ones; undefined for the official files and one's own arrays. */
export function otherImages(origin: Dataset["origin"]): string | undefined {
  if (origin === "official" || origin === "own") return undefined;
  return origin === "synthetic" ? "the images are synthetic" : "the images are not the official files";
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
