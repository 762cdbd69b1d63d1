/** @file How a user declares an experiment: the default export of a file, or its export `experiment`. */
import type { DatasetId } from "../../datasets/sources/load-dataset.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { Callback } from "../../models/callbacks/callback.ts";
import type { Model } from "../../models/model.ts";
import type { LossKind, MetricList } from "../../models/objective/objective.ts";
import type { GeneratorSetup, Profile, ProfileName, PublishedFigure, Validation } from "../experiment.ts";
import type { OwnData } from "./data.ts";

/** An experiment of one's own: network, data, optimizer, and what its report shall say. */
export interface ExperimentDeclaration {
  /** names its folder in runs/. Default: the name of the file */
  readonly id?: string;
  readonly title?: string;
  /** what it shall find out, for the report */
  readonly question?: string;
  /** makes the network: anew for every run of a sweep */
  readonly network: (profile: ProfileName) => Model;
  /** the name of a data set that wgrad knows, or arrays, or what makes them */
  readonly dataset: DatasetId | OwnData | (() => OwnData | Promise<OwnData>);
  /** or its name, with its defaults. Default "adam" */
  readonly optimizer?: Optimizer | (() => Optimizer) | string;
  /** Keras's name, what Huber({ delta: 2 }) and others give, or a function (yTrue, yPred) => Tensor */
  readonly loss: LossKind;
  /** names and functions, or result names with what they compute. Default ["accuracy"] with a cross-entropy over classes, else none */
  readonly metrics?: MetricList;
  /** default 10 */
  readonly epochs?: number;
  /** samples per update. Default 32 */
  readonly batch?: number;
  /** training samples used, and test samples; all if absent */
  readonly limit?: number;
  readonly testLimit?: number;
  /** a smaller run for machines without a GPU, and for --profile quick */
  readonly quick?: Partial<Profile>;
  /** what gives val_loss, val_accuracy, ... after every epoch. Default: nothing; the test set gives test_* */
  readonly validation?: Validation;
  /** augmentation and standardization */
  readonly generator?: GeneratorSetup | ((profile: ProfileName) => GeneratorSetup);
  readonly callbacks?: () => readonly Callback[];
  /** figures of others to compare with */
  readonly published?: readonly PublishedFigure[];
}

/** The declaration itself: for its types, and for what an editor suggests. */
export function defineExperiment(declaration: ExperimentDeclaration): ExperimentDeclaration {
  return declaration;
}
