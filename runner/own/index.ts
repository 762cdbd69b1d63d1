/** @file `wgrad/experiment`: what a file with an experiment of one's own imports; `wgrad/kernels` has the ops for losses of its own. */
export * from "../../models/index.ts";
export type {
  GeneratorSetup,
  HeldOut,
  Profile,
  ProfileName,
  PublishedFigure,
  Validation,
} from "../experiment.ts";
export type { OwnData, OwnSamples } from "./data.ts";
export { defineExperiment, type ExperimentDeclaration } from "./define.ts";
