/** @file What an experiment is: one question of the assignment, declared. */
import type { Dataset } from "../datasets/dataset.ts";
import type { DatasetId } from "../datasets/load-dataset.ts";
import type { Optimizer } from "../kernels/optimizers/index.ts";
import type { Model } from "../models/model.ts";
import type { FreeSection } from "./report/run-report.ts";
import type { Study } from "./run/study.ts";

/** Where a question stands. */
export interface Source {
  /** e.g. "INF-477, Tarea 2" */
  readonly text: string;
  /** e.g. "2 (c)" */
  readonly question: string;
}

/** A figure that a source reports. */
export interface PublishedFigure {
  readonly name: string;
  /** the key of result.json that it is compared with, e.g. "test_accuracy" */
  readonly measure: string;
  /** a fraction for accuracies and errors */
  readonly value: number;
  readonly source: string;
  readonly url?: string;
}

/** How much of the experiment is run. */
export interface Profile {
  readonly epochs: number;
  readonly batch: number;
  /** training images used; all if absent */
  readonly limit?: number;
  /** test images used; all if absent */
  readonly testLimit?: number;
  /** said on the terminal and in the report */
  readonly description: string;
}

export type ProfileName = "full" | "quick";

interface ExperimentBase {
  readonly id: string;
  readonly title: string;
  readonly source: Source;
  /** the question in words */
  readonly question: string;
  readonly dataset: DatasetId;
  readonly published: readonly PublishedFigure[];
  readonly profiles: Readonly<Record<ProfileName, Profile>>;
}

/** Looks at data: no network. */
export interface DataExperiment extends ExperimentBase {
  readonly kind: "data";
  /** sections of the report; `seed` chooses the images shown */
  readonly explore: (
    dataset: Dataset,
    seed: number,
  ) => { readonly sections: FreeSection[]; readonly lines: string[] };
}

/** Trains a network and evaluates it on the test set after every epoch. */
export interface TrainingExperiment extends ExperimentBase {
  readonly kind: "training";
  /** weights of the network of the full profile */
  readonly parameters: number;
  readonly network: (profile: ProfileName) => Model;
  readonly optimizer: () => Optimizer;
  readonly loss: string;
  /** names of the metrics and what they compute */
  readonly metrics: Readonly<Record<string, string>>;
  /** settings of the source's code where it contradicts its text: `--literal` */
  readonly literal?: Partial<Profile> & { readonly explanation: string };
}

/** Settings of the source's code where it contradicts its text: `--literal`. */
export type LiteralSettings = Partial<Profile> & { readonly explanation: string };

/** Made of several steps: networks trained one after another or from one another, and figures measured on them. */
export interface StudyExperiment extends ExperimentBase {
  readonly kind: "study";
  /** what history.json and weights.safetensors are of; none where the study trains nothing */
  readonly main?: {
    /** name of the part */
    readonly part: (profile: ProfileName) => string;
    /** weights of the network of the full profile */
    readonly parameters: number;
    readonly network: (profile: ProfileName) => Model;
  };
  /** which part of the training images is held out for validation: one in twelve, 5,000 of 60,000 */
  readonly validation: "first" | "last";
  /** inputs are corrupted: `--noise` chooses one draw for all epochs or another in each */
  readonly takesNoise?: boolean;
  /** `study.literal` tells the steps that it was asked for */
  readonly literal?: LiteralSettings;
  readonly run: (study: Study) => Promise<void>;
}

export type Experiment = DataExperiment | TrainingExperiment | StudyExperiment;
