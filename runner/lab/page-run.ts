/** @file Runs that the lab's page can open: of which experiments, and what it takes over of their settings. */
import { FileError } from "../../engine/errors.ts";
import { type Changes, changedExperiment } from "../changes.ts";
import type {
  Experiment,
  MainTraining,
  ProfileName,
  StudyExperiment,
  SweepExperiment,
  TrainingExperiment,
} from "../experiment.ts";
import type { RunSettings } from "../store/schemas.ts";

/** What a run may have otherwise than its experiment's profile. */
export type PageSettings = Pick<
  RunSettings,
  "epochs" | "batch" | "limit" | "testLimit" | "shuffle" | "literal" | "changes"
>;

/** Images that a page can hold, and draw stand-ins for. */
const pageDataSets = ["svhn", "cifar10", "cifar25", "cifar100"] as const;

/** Networks whose layers hold functions, which cannot be sent from a worker to its page. */
const notPlain: readonly string[] = ["caltech-pretrain"];

/** Whether a page can train it: one network on images that memory holds, which begins with weights of its own. */
export function isForPages(experiment: Experiment): experiment is TrainingExperiment {
  return (
    experiment.kind === "training" &&
    !experiment.transfer &&
    !experiment.continues &&
    !experiment.file &&
    !notPlain.includes(experiment.id) &&
    pageDataSets.some((id) => id === experiment.dataset)
  );
}

/** What a page trains: one network. */
export interface PageExperiment extends TrainingExperiment {
  /** of the main network of a study */
  readonly study?: PageStudy;
}

/** How a study divides its images, and what it makes of them. */
export interface PageStudy extends Pick<MainTraining, "targets" | "inputs"> {
  readonly heldOut: StudyExperiment["validation"];
}

/** The networks of an experiment that a page can train: its own, those of a sweep's trials, or the main one of a study. */
export function pageExperiments(experiment: Experiment, profile: ProfileName): readonly PageExperiment[] {
  if (isForPages(experiment)) return [experiment];
  if (experiment.kind === "sweep") return trialsOf(experiment).filter(isForPages);
  return experiment.kind === "study" ? mainOf(experiment, profile) : [];
}

/** Of both profiles: a trial can be trained in either. */
function trialsOf({ id, trials }: SweepExperiment): TrainingExperiment[] {
  const all = [...trials("quick"), ...trials("full")].map(
    ({ name, experiment }) => [name, experiment] as const,
  );
  return [...new Map(all)].map(([name, experiment]) => ({ ...experiment, id: `${id}/${name}` }));
}

function mainOf({ main, ...study }: StudyExperiment, profile: ProfileName): PageExperiment[] {
  if (!main?.training) return [];
  const { id, title, source, question, dataset, published, profiles } = study;
  const { optimizer, loss, metrics, targets, inputs } = main.training;
  const own = { id, title, source, question, dataset, published, profiles, loss, metrics };
  return [
    {
      ...own,
      kind: "training",
      parameters: main.parameters,
      network: main.network,
      optimizer: () => optimizer(profile),
      study: { targets, heldOut: study.validation, ...(inputs && { inputs }) },
    },
  ];
}

/** Options of a run that a page has nothing for; none if it can open the run. */
export function optionsWithoutPage({ precision, photographs, backbone, trial }: RunSettings): string[] {
  return [
    ...(precision === "float32" ? [] : ["--precision"]),
    ...(photographs ? ["--data-set"] : []),
    ...(backbone ? ["--backbone"] : []),
    ...(trial === null ? [] : ["--trial"]),
  ];
}

export function pageSettings(settings: RunSettings): PageSettings {
  const { epochs, batch, limit, testLimit, shuffle, literal, changes } = settings;
  return { epochs, batch, limit, testLimit, shuffle, literal, changes };
}

/** The experiment as the run had it: its epochs, batch and images, and what `--literal` and `--set` changed. */
export function withPageSettings(
  experiment: TrainingExperiment,
  profile: ProfileName,
  { epochs, batch, limit, testLimit, literal, changes }: PageSettings,
): TrainingExperiment {
  const varied = literal ? { ...experiment, ...experiment.literal?.changes } : experiment;
  const { limit: _, testLimit: __, ...own } = experiment.profiles[profile];
  const numbers = { ...own, epochs, batch, ...(limit && { limit }), ...(testLimit && { testLimit }) };
  return {
    ...changedExperiment(varied, changes),
    profiles: { ...experiment.profiles, [profile]: numbers },
  };
}

/** What a server sent as the settings of its run. Throws FileError for anything else. */
export function readPageSettings(sent: unknown): PageSettings {
  const settings = (typeof sent === "object" ? sent : null) as Readonly<Record<string, unknown>> | null;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1;
  const isLimit = (value: unknown) => value === null || isCount(value);
  const changes = settings?.changes;
  if (
    settings &&
    isCount(settings.epochs) &&
    isCount(settings.batch) &&
    isLimit(settings.limit) &&
    isLimit(settings.testLimit) &&
    typeof settings.shuffle === "boolean" &&
    typeof settings.literal === "boolean" &&
    typeof changes === "object" &&
    changes !== null
  )
    return { ...(settings as unknown as PageSettings), changes: changes as Changes };
  throw new FileError("The server's settings of the run are none.");
}
