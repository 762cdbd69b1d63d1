/** @file caltech-pretrain: a residual network trained on CIFAR-10, for those who cannot get ImageNet's weights. */
import { sgd } from "../../kernels/optimizers/index.ts";
import { cifarResnet } from "../../models/networks/resnet-cifar.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";

/** Blocks of each of the three stages: 20 layers with weights, or 8. */
const blocks = { full: 3, quick: 1 } as const;

export const caltechPretrain: TrainingExperiment = {
  id: "caltech-pretrain",
  kind: "training",
  title: "CIFAR-10: a residual network to begin with",
  source: {
    text: "K. He, X. Zhang, S. Ren, J. Sun: Deep Residual Learning for Image Recognition (2015)",
    question: "4.2, the network of 20 layers",
    section: "Transfer to CUB-200's birds: a practical of Visión por Computador",
  },
  question:
    "Not part of the practical: where neither ImageNet's weights nor the network to fetch them are at hand, train a small " +
    "residual network on CIFAR-10, which has birds among its ten classes, and begin from it (--pretrain cifar).\n\n" +
    "The network of 20 layers is the paper's, with its shortcuts of 1x1 convolutions. Images are shifted and mirrored as there. " +
    "SGD has the paper's momentum of 0.9, a fixed rate of 0.05 and 30 epochs instead of its 164 with three rates.",
  dataset: "cifar10",
  parameters: 274_042,
  network: (profile) => cifarResnet(blocks[profile], 10),
  optimizer: () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
  loss: "categorical_crossentropy",
  metrics: { accuracy: "categorical_accuracy" },
  validation: "test",
  generator: () => ({ widthShiftRange: 0.125, heightShiftRange: 0.125, horizontalFlip: true }),
  published: [],
  profiles: {
    full: { epochs: 30, batch: 128, description: "20 layers, 30 epochs" },
    quick: {
      epochs: 4,
      batch: 64,
      limit: 4000,
      testLimit: 500,
      description: "8 layers instead of 20, 4,000 images, 4 epochs",
    },
  },
};
