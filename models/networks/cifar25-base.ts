/** @file BaseNet of the practical on the first 25 classes of CIFAR-100. */
import { Conv2D, Dense, Flatten, Input, MaxPooling2D, type Model, sequential } from "../index.ts";

/** 24,197 parameters. */
export function cifar25BaseNetwork(): Model {
  return sequential([
    Input([32, 32, 3]),
    Conv2D(6, 5, { activation: "relu" }),
    MaxPooling2D(2),
    Conv2D(16, 5, { activation: "relu" }),
    MaxPooling2D(2),
    Flatten(),
    Dense(50, { activation: "relu" }),
    Dense(25, { activation: "softmax" }),
  ]);
}
