/** @file The network of question 1 (f) of the assignment: convolutions with stride 2 in place of pooling. */
import { Conv2D, Dense, Flatten, Input, type Model, sequential } from "../index.ts";

/** A part of the filters and hidden units: 1 for the assignment's. */
export interface Cifar10FSizes {
  readonly width: number;
}

/** 1,982,154 parameters; the strided convolutions make 32x32 images 15x15, then 7x7. */
export function cifar10FNetwork({ width }: Cifar10FSizes = { width: 1 }): Model {
  return sequential([
    Input([32, 32, 3]),
    Conv2D(64 * width, 3, { padding: "same", activation: "relu" }),
    Conv2D(64 * width, 3, { padding: "same", activation: "relu" }),
    Conv2D(64 * width, 3, { strides: 2, activation: "relu" }),
    Conv2D(128 * width, 3, { padding: "same", activation: "relu" }),
    Conv2D(128 * width, 3, { padding: "same", activation: "relu" }),
    Conv2D(64 * width, 3, { strides: 2, activation: "relu" }),
    Flatten(),
    Dense(512 * width, { activation: "relu" }),
    Dense(10, { activation: "softmax" }),
  ]);
}
