/** @file The convolutional autoencoder of question 3.1 (i) of the assignment. */
import { Conv2D, Input, MaxPooling2D, type Model, sequential, UpSampling2D } from "../index.ts";

/** 3,217 parameters; the code is 7x7x8, 392 numbers. */
export function convolutionalAutoencoder(): Model {
  const convolution = (filters: number) => Conv2D(filters, 3, { padding: "same", activation: "relu" });
  return sequential([
    Input([28, 28, 1]),
    convolution(16),
    MaxPooling2D(2, { padding: "same" }),
    convolution(8),
    MaxPooling2D(2),
    convolution(8),
    UpSampling2D(2),
    convolution(16),
    UpSampling2D(2),
    Conv2D(1, 3, { padding: "same", activation: "sigmoid" }),
  ]);
}
