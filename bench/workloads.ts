/** @file The training steps that are timed: networks of the assignment with their optimizers and losses. */
import { adadelta, adagrad, type Optimizer, sgd } from "../kernels/optimizers/index.ts";
import type { Model } from "../models/model.ts";
import { basicAutoencoder } from "../models/networks/ae-basic.ts";
import { convolutionalAutoencoder } from "../models/networks/ae-conv.ts";
import { deepAutoencoder } from "../models/networks/ae-deep.ts";
import { cifar10BNetwork } from "../models/networks/cifar10-b.ts";
import { cifar10ENetwork } from "../models/networks/cifar10-e.ts";
import { cifar25ImprovedNetwork } from "../models/networks/cifar25-improved.ts";
import { cifar100ConvolutionalNetwork } from "../models/networks/cifar100-cnn.ts";
import { pretrainNetwork } from "../models/networks/pretrain-mlp.ts";
import { svhnCNetwork } from "../models/networks/svhn-c.ts";

export interface Workload {
  readonly network: () => Model;
  readonly optimizer: () => Optimizer;
  readonly loss: string;
  readonly metrics: readonly string[];
  /** absent for autoencoders: their target is the input */
  readonly classes?: number;
  /** timed unless --only names others */
  readonly batches: readonly number[];
}

/** Of the practical on CIFAR-100 and the blog's baseline. */
const nesterov = () => sgd({ learningRate: 0.01, decay: 1e-6, momentum: 0.9, nesterov: true });

/** By the names of the benchmark contract. */
export const workloads: Readonly<Record<string, Workload>> = {
  "svhn-c": {
    network: () => svhnCNetwork(),
    optimizer: () => adagrad({ learningRate: 0.01, epsilon: 1e-8 }),
    loss: "binary_crossentropy",
    metrics: ["categorical_accuracy", "binary_accuracy"],
    classes: 10,
    batches: [32, 128],
  },
  "cifar10-b": {
    network: cifar10BNetwork,
    optimizer: () => sgd({ learningRate: 1e-3 }),
    loss: "categorical_crossentropy",
    metrics: ["accuracy"],
    classes: 10,
    batches: [32],
  },
  "cifar10-e": {
    network: () => cifar10ENetwork(),
    optimizer: () => sgd({ learningRate: 1e-3 }),
    loss: "categorical_crossentropy",
    metrics: ["accuracy"],
    classes: 10,
    batches: [32],
  },
  "cifar25-bn": {
    network: () => cifar25ImprovedNetwork({ normalize: "before" }),
    optimizer: nesterov,
    loss: "categorical_crossentropy",
    metrics: ["accuracy"],
    classes: 25,
    batches: [32],
  },
  "cifar100-cnn": {
    network: () => cifar100ConvolutionalNetwork(),
    optimizer: () => sgd({ learningRate: 0.01 }),
    loss: "categorical_crossentropy",
    metrics: ["accuracy", "mean_squared_error"],
    classes: 100,
    batches: [32],
  },
  mlp: {
    network: () => pretrainNetwork(),
    optimizer: () => sgd({ learningRate: 1 }),
    loss: "categorical_crossentropy",
    metrics: ["accuracy"],
    classes: 10,
    batches: [25, 100],
  },
  ae32: autoencoder(() => basicAutoencoder({ code: 32 }), [25, 256]),
  "deep-ae": autoencoder(() => deepAutoencoder({ code: 32 }), [25]),
  "conv-ae": { ...autoencoder(convolutionalAutoencoder, [25, 128]), optimizer: () => adadelta() },
};

function autoencoder(network: () => Model, batches: readonly number[]): Workload {
  return {
    network,
    optimizer: () => sgd({ learningRate: 1 }),
    loss: "binary_crossentropy",
    metrics: [],
    batches,
  };
}
