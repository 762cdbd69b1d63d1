/** @file The package `wgrad/applications`: networks with weights that were trained on ImageNet, and what goes with them. */
export type { DownloadProgress } from "../datasets/sources/download.ts";
export type { ResNet50Options } from "../models/networks/resnet50.ts";
export type { SqueezeNetOptions } from "../models/networks/squeezenet.ts";
export {
  decodePredictions,
  type ImagenetClass,
  imagenetClasses,
  type Prediction,
} from "./decode-predictions.ts";
export {
  type BackboneName,
  PreprocessInput,
  PreprocessInputLayer,
  preprocessInput,
} from "./preprocess-input.ts";
export type { ObtainOptions } from "./pretrained-file.ts";
export { resnet50 } from "./resnet50.ts";
export { squeezenet } from "./squeezenet.ts";
export type { PretrainedOptions } from "./weights.ts";
