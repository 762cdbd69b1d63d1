/** @file The encoder of the stacked autoencoder as a classifier: for many images, few of which have labels. */
import { Dense, Flatten, Input, type Model, sequential } from "../index.ts";

export interface SemiClassifierOptions {
  /** true: the two layers of the encoder keep the weights that they get */
  readonly frozen: boolean;
}

/** 28x28 - 100 - 30 - 10, selu, softmax at the end: 81,840 parameters, of which the 310 of the last layer are never frozen. */
export function semiClassifier({ frozen }: SemiClassifierOptions): Model {
  return sequential([
    Input([28, 28]),
    Flatten(),
    Dense(100, { activation: "selu", trainable: !frozen }),
    Dense(30, { activation: "selu", trainable: !frozen }),
    Dense(10, { activation: "softmax" }),
  ]);
}
