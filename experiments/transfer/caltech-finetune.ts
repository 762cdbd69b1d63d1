/** @file caltech-finetune-1, -2 and -conv: ResNet-50 and a head, trained together. */
import { caltechConvolutionNetwork, caltechFinetuneNetwork } from "../../models/networks/caltech.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { birdFigures, birds, choices, finetuneSection, wholeProfiles } from "./source.ts";

const together =
  "Fine-tune the whole of ResNet-50, trained on ImageNet, with a head of its own in the place of its last layer. ";

const trainedWhole =
  `${choices} All layers learn at one rate from the first step, and batch normalisation works on the statistics of the batch, ` +
  "as fit() has it where no layer is frozen.";

export const caltechFinetune1: TrainingExperiment = {
  ...birds,
  id: "caltech-finetune-1",
  title: "CUB-200: ResNet-50 fine-tuned, one dense layer",
  source: finetuneSection,
  question: `${together}The head is one dense layer on the averaged features.\n\n${trainedWhole}`,
  parameters: 23_997_512,
  network: () => caltechFinetuneNetwork("features-1"),
  transfer: {
    trains: "whole",
    standardized: "average",
    beside: "caltech-features-1",
    network: (on) => caltechFinetuneNetwork("features-1", on),
  },
  published: birdFigures(2.3163, 0.4468),
  profiles: wholeProfiles,
};

export const caltechFinetune2: TrainingExperiment = {
  ...birds,
  id: "caltech-finetune-2",
  title: "CUB-200: ResNet-50 fine-tuned, two dense layers",
  source: finetuneSection,
  question: `${together}The head has a hidden layer of 1,024 units with ReLU before its last one.\n\n${trainedWhole}`,
  parameters: 25_890_888,
  network: () => caltechFinetuneNetwork("features-2"),
  transfer: {
    trains: "whole",
    standardized: "average",
    beside: "caltech-features-2",
    network: (on) => caltechFinetuneNetwork("features-2", on),
  },
  published: birdFigures(2.5902, 0.4257),
  profiles: wholeProfiles,
};

export const caltechFinetuneConvolution: TrainingExperiment = {
  ...birds,
  id: "caltech-finetune-conv",
  title: "CUB-200: ResNet-50 fine-tuned, another convolution",
  source: finetuneSection,
  question:
    `${together}The head works on the map of 7x7 features: a convolution of 64 filters, dropout 0.2, global average pooling, ` +
    `1,024 units with ReLU, dropout 0.4 and a dense layer.\n\n${trainedWhole}`,
  parameters: 25_038_984,
  network: () => caltechConvolutionNetwork(),
  transfer: {
    trains: "whole",
    standardized: "map",
    beside: "caltech-finetune-1",
    network: (on) => caltechConvolutionNetwork(on),
  },
  published: birdFigures(4.8586, 0.1678),
  profiles: wholeProfiles,
};
