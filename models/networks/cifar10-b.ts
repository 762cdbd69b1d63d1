/** @file The network of question 1 (b), (c) and (d) of the assignment: C x P x C x P x F x F. */
import { Conv2D, Dense, Flatten, Input, MaxPooling2D, type Model, sequential } from "../index.ts";

/** Filters of each convolution and units of the hidden layer. */
export interface Cifar10BSizes {
  readonly filters: number;
  readonly hidden: number;
}

/** 2,141,514 parameters with 64 filters and 512 hidden units. */
export function cifar10BNetwork({ filters, hidden }: Cifar10BSizes = { filters: 64, hidden: 512 }): Model {
  return sequential([
    Input([32, 32, 3]),
    Conv2D(filters, 3, { padding: "same", activation: "relu" }),
    MaxPooling2D(2),
    Conv2D(filters, 3, { padding: "same", activation: "relu" }),
    MaxPooling2D(2),
    Flatten(),
    Dense(hidden, { activation: "relu" }),
    Dense(10, { activation: "softmax" }),
  ]);
}
