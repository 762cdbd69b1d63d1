/** @file The network of question 1 (f) of the assignment: convolutions with stride 2 in place of pooling. */
import { Conv2D, Dense, Flatten, Input, type Model, sequential } from "../index.ts";

/** 1,982,154 parameters; the strided convolutions make 32x32 images 15x15, then 7x7. */
export function cifar10FNetwork(): Model {
  return sequential([
    Input([32, 32, 3]),
    Conv2D(64, 3, { padding: "same", activation: "relu" }),
    Conv2D(64, 3, { padding: "same", activation: "relu" }),
    Conv2D(64, 3, { strides: 2, activation: "relu" }),
    Conv2D(128, 3, { padding: "same", activation: "relu" }),
    Conv2D(128, 3, { padding: "same", activation: "relu" }),
    Conv2D(64, 3, { strides: 2, activation: "relu" }),
    Flatten(),
    Dense(512, { activation: "relu" }),
    Dense(10, { activation: "softmax" }),
  ]);
}
