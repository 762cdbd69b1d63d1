/** @file The plain network ("red sencilla") that the blog post on CIFAR-100 compares with. */
import { Dense, Flatten, Input, type Model, sequential } from "../index.ts";

/** 3,623,600 parameters; `width` is a part of the hidden units. */
export function cifar100DenseNetwork({ width }: { readonly width: number } = { width: 1 }): Model {
  return sequential([
    Input([32, 32, 3]),
    Flatten(),
    Dense(1000 * width, { activation: "relu" }),
    Dense(500 * width, { activation: "relu" }),
    Dense(100, { activation: "softmax" }),
  ]);
}
