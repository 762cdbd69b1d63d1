/** @file The stacked autoencoder of Géron's chapter on autoencoders. */
import { Dense, Flatten, Input, type Model, Reshape, sequential } from "../index.ts";

/** 28x28 - 100 - 30 - 100 - 28x28, selu, sigmoid at the end: 163,814 parameters. */
export function stackedAutoencoder(): Model {
  return sequential([
    Input([28, 28]),
    Flatten(),
    Dense(100, { activation: "selu" }),
    Dense(30, { activation: "selu" }),
    Dense(100, { activation: "selu" }),
    Dense(784, { activation: "sigmoid" }),
    Reshape([28, 28]),
  ]);
}
