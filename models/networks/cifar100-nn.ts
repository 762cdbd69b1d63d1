/** @file The plain network ("red sencilla") that the blog post on CIFAR-100 compares with. */
import { checkOptionNames } from "../../engine/options.ts";
import { Dense, Flatten, Input, type Model, sequential } from "../index.ts";

/** 3,623,600 parameters; `width` is a part of the hidden units. */
export function cifar100DenseNetwork(options: { readonly width: number } = { width: 1 }): Model {
  checkOptionNames("cifar100DenseNetwork", options, { width: true });
  const { width } = options;
  return sequential([
    Input([32, 32, 3]),
    Flatten(),
    Dense(1000 * width, { activation: "relu" }),
    Dense(500 * width, { activation: "relu" }),
    Dense(100, { activation: "softmax" }),
  ]);
}
