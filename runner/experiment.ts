/** @file What an experiment is: one question of the assignment, declared. */
import type { Dataset } from "../datasets/dataset.ts";
import type { DatasetId } from "../datasets/sources/load-dataset.ts";
import type { Optimizer } from "../kernels/optimizers/index.ts";
import type { Callback } from "../models/callbacks/callback.ts";
import type { InputTransform } from "../models/data/gpu-samples.ts";
import type { LearningPhase } from "../models/fit/compile-options.ts";
import type { Layer } from "../models/layers/layer.ts";
import type { Model } from "../models/model.ts";
import type { LossKind, MetricKind } from "../models/objective/objective.ts";
import type { ImageDataGeneratorOptions } from "../models/preprocessing/image-data-generator.ts";
import type { FreeSection } from "../report/run-report.ts";
import type { OwnData } from "./own/data.ts";
import type { PhotographSettings, RunSettings } from "./store/schemas.ts";
import type { Study } from "./study/study.ts";
import type { DataPart } from "./study/study-images.ts";

/** Where a question stands. */
export interface Source {
  /** e.g. "INF-477, Tarea 2" */
  readonly text: string;
  /** e.g. "2 (c)" */
  readonly question: string;
  /** heading that it stands under in `npm run list`; its text if absent */
  readonly section?: string;
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

/** "full": as the source has it; "quick": a stated part of it, for software adapters. */
export type ProfileName = "full" | "quick";

/** Makes arrays of the user's own. */
export interface OwnArrays {
  readonly load: () => Promise<OwnData>;
}

/** Photographs of a size and number of classes that a network takes. */
export interface Photographs extends PhotographSettings {
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

export interface ExperimentFile {
  readonly path: string;
  /** of its contents */
  readonly sha256: string;
}

interface ExperimentBase {
  readonly id: string;
  readonly title: string;
  readonly source: Source;
  /** the question in words */
  readonly question: string;
  readonly dataset: DatasetId | OwnArrays | Photographs;
  /** of an experiment that is declared in a file of the user's */
  readonly file?: ExperimentFile;
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

/**
 * The images that give val_loss, val_accuracy, ... after every epoch: the test set, as in many of the sources, or a part
 * of the training images. "last" is Keras's rule for fit(), "first" that of its ImageDataGenerator; "random" is drawn by
 * the seed. Fractions are rounded as by Keras.
 */
export type Validation = "test" | HeldOut;

/** Training images that are held out for validation, as a share of them. */
export interface HeldOut {
  readonly take: "last" | "first" | "random";
  readonly fraction: number;
  /** augmented like the training images, as by the validation part of Keras's ImageDataGenerator */
  readonly augmented?: boolean;
}

/** What is done to images before the network sees them. */
export interface GeneratorSetup extends ImageDataGeneratorOptions {
  /** the whitening matrix is made from the first so many training images; all if absent */
  readonly zcaImages?: number;
}

/** Trains a network and evaluates it on the test set after every epoch. */
export interface TrainingExperiment extends ExperimentBase {
  readonly kind: "training";
  /** weights of the network of the full profile */
  readonly parameters: number;
  readonly network: (profile: ProfileName) => Model;
  readonly optimizer: () => Optimizer;
  readonly loss: LossKind;
  /** names of the metrics and what they compute */
  readonly metrics: Readonly<Record<string, MetricKind>>;
  /** no val_* in the history if absent */
  readonly validation?: Validation;
  /** augmentation and standardization */
  readonly generator?: (profile: ProfileName) => GeneratorSetup;
  readonly callbacks?: () => readonly Callback[];
  /** 1: dropout acts in evaluation too */
  readonly learningPhase?: LearningPhase;
  /** id of the experiment whose newest run it goes on from, optimizer state included; that is run first if need be */
  readonly continues?: string;
  /** it begins with a network that was trained on other images; `network` is then the one on ResNet-50 */
  readonly transfer?: Transfer;
  /** the source's code where it contradicts its text: `--literal` */
  readonly literal?: Literal;
}

/** How an experiment uses a backbone: a network trained on other images, without its classifier. */
export type Transfer = HeadTransfer | WholeTransfer;

interface TransferBase {
  /** id of the experiment whose curves belong beside this one's: the head alone, or the whole network */
  readonly beside?: string;
}

/** The averaged features of every image are computed once, in inference mode, and a head learns from them. */
export interface HeadTransfer extends TransferBase {
  readonly trains: "head";
  readonly network: (on: { readonly features: number; readonly classes: number }) => Model;
}

/** Backbone and head are trained as one network, batch normalisation on the statistics of the batch. */
export interface WholeTransfer extends TransferBase {
  readonly trains: "whole";
  readonly network: (on: {
    /** from images to a feature map [h, w, c] */
    readonly backbone: Model;
    /** where the backbone's features need it: they get mean 0 and deviation 1 */
    readonly standardize: readonly Layer[];
    readonly classes: number;
  }) => Model;
  /** what `standardize` works on */
  readonly standardized: "average" | "map";
}

/** What changes with `--literal`: numbers of the profile, and parts of the experiment. */
export interface Literal extends Partial<Profile> {
  readonly explanation: string;
  readonly changes?: Partial<TrainingExperiment>;
}

/** One training run of a sweep. */
export interface Trial {
  /** names its folder */
  readonly name: string;
  /** what distinguishes it, by the columns of the table */
  readonly factors: Readonly<Record<string, string | number>>;
  readonly experiment: TrainingExperiment;
}

/** Trains variations of one network and compares them. */
export interface SweepExperiment extends ExperimentBase {
  readonly kind: "sweep";
  /** weights of the first trial's network in the full profile */
  readonly parameters: number;
  /** the first one is what the others are compared with */
  readonly trials: (profile: ProfileName) => readonly Trial[];
  /** the measure that the best trial is chosen by; the figures of the best one are those of the sweep */
  readonly best: { readonly measure: string; readonly mode: "min" | "max" };
}

/** What a review shows of a trained network. */
export type ReviewPart = "filters" | "responses" | "confusion" | "roc" | "samples" | "history";

/** Looks at the newest run of another experiment, which is run first if need be. */
export interface ReviewExperiment extends ExperimentBase {
  readonly kind: "review";
  /** id of a training experiment */
  readonly of: string;
  /** one to compare its curves with */
  readonly against?: string;
  readonly parts: readonly ReviewPart[];
}

/** How a study trains a network that begins with new weights. */
export interface MainTraining {
  readonly optimizer: (profile: ProfileName) => Optimizer;
  readonly loss: string;
  readonly metrics: Readonly<Record<string, string>>;
  /** an autoencoder is to give the clean images back, a classifier their classes */
  readonly targets: "images" | "classes";
  /** noise on the inputs of each part */
  readonly inputs?: (settings: NoiseSettings) => Readonly<Record<DataPart, InputTransform>>;
}

/** What decides the draws of noise. */
export type NoiseSettings = Pick<RunSettings, "seed" | "noise">;

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
    /** of a network that begins with new weights: a page can train it without the study */
    readonly training?: MainTraining;
  };
  /** which part of the training images is held out for validation: one in twelve, 5,000 of 60,000 */
  readonly validation: "first" | "last";
  /** inputs are corrupted: `--noise` chooses one draw for all epochs or another in each */
  readonly takesNoise?: boolean;
  /** `study.literal` tells the steps that it was asked for */
  readonly literal?: Omit<Literal, "changes">;
  readonly run: (study: Study) => Promise<void>;
}

export type Experiment =
  | DataExperiment
  | TrainingExperiment
  | SweepExperiment
  | ReviewExperiment
  | StudyExperiment;
