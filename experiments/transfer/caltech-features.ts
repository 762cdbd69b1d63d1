/** @file caltech-features-1 to -3: heads on features that ResNet-50 computed once. */
import { caltechHead } from "../../models/networks/caltech.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { birdFigures, birds, choices, featuresSection, headProfiles } from "./source.ts";

const extraction =
  "Use ResNet-50, trained on ImageNet, without its last layer and with global average pooling, as an extractor of features: " +
  "2,048 numbers a photograph, computed once. ";

export const caltechFeatures1: TrainingExperiment = {
  ...birds,
  id: "caltech-features-1",
  title: "CUB-200: one dense layer on frozen features",
  source: featuresSection,
  question: `${extraction}Classify them by a single dense layer.\n\n${choices}`,
  parameters: 409_800,
  network: () => caltechHead("features-1"),
  transfer: {
    trains: "head",
    beside: "caltech-finetune-1",
    network: (on) => caltechHead("features-1", on),
  },
  published: birdFigures(2.4028, 0.4293),
  profiles: headProfiles(20),
};

export const caltechFeatures2: TrainingExperiment = {
  ...birds,
  id: "caltech-features-2",
  title: "CUB-200: two dense layers on frozen features",
  source: featuresSection,
  question: `${extraction}Classify them by a hidden layer of 1,024 units with ReLU and a dense layer.\n\n${choices}`,
  parameters: 2_303_176,
  network: () => caltechHead("features-2"),
  transfer: {
    trains: "head",
    beside: "caltech-finetune-2",
    network: (on) => caltechHead("features-2", on),
  },
  published: birdFigures(2.5185, 0.4329),
  profiles: headProfiles(20),
};

export const caltechFeatures3: TrainingExperiment = {
  ...birds,
  id: "caltech-features-3",
  title: "CUB-200: two dense layers and dropout on frozen features",
  source: featuresSection,
  question:
    `${extraction}The head of two layers overfits: put dropout of 0.75 between them.\n\n${choices} ` +
    "With dropout the author trains for 30 epochs instead of 20.",
  parameters: 2_303_176,
  network: () => caltechHead("features-3"),
  transfer: {
    trains: "head",
    beside: "caltech-features-2",
    network: (on) => caltechHead("features-3", on),
  },
  published: birdFigures(2.5001, 0.3924),
  profiles: headProfiles(30),
};
