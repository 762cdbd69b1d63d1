/** @file The stacked autoencoder with tied weights: its decoder uses the encoder's kernels transposed. */
import { Dense, DenseTranspose, Flatten, Input, type Model, Reshape, sequential } from "../index.ts";

/** 82,414 parameters: 81,400 in the shared kernels, 1,014 biases. */
export function tiedAutoencoder(): Model {
  const first = Dense(100, { activation: "selu" });
  const second = Dense(30, { activation: "selu" });
  return sequential([
    Input([28, 28]),
    Flatten(),
    first,
    second,
    DenseTranspose(second, { activation: "selu" }),
    DenseTranspose(first, { activation: "sigmoid" }),
    Reshape([28, 28]),
  ]);
}
