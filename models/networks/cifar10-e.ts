/** @file The network of question 1 (e) of the assignment: two convolutions before each pooling, dropout. */
import { checkOptionNames } from "../../engine/options.ts";
import { Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, type Model, sequential } from "../index.ts";

/** Side of the filters before the first and before the second pooling. */
export interface Cifar10EFilters {
  readonly first: number;
  readonly second: number;
}

/** Filters of the first two and the last two convolutions, and units of the hidden layer. */
export interface Cifar10ESizes {
  readonly first: number;
  readonly second: number;
  readonly hidden: number;
}

/** 4,460,106 parameters with 3x3 filters; 4,528,714 with 5x5 first; 4,853,322 with 5x5 second. */
export function cifar10ENetwork(
  filters: Cifar10EFilters = { first: 3, second: 3 },
  sizes: Cifar10ESizes = { first: 64, second: 128, hidden: 512 },
): Model {
  checkOptionNames("cifar10ENetwork: filters", filters, { first: true, second: true });
  checkOptionNames("cifar10ENetwork: sizes", sizes, { first: true, second: true, hidden: true });
  const { first, second } = filters;
  return sequential([
    Input([32, 32, 3]),
    Conv2D(sizes.first, first, { padding: "same", activation: "relu" }),
    Conv2D(sizes.first, first, { padding: "same", activation: "relu" }),
    MaxPooling2D(2),
    Dropout(0.25),
    Conv2D(sizes.second, second, { padding: "same", activation: "relu" }),
    Conv2D(sizes.second, second, { padding: "same", activation: "relu" }),
    MaxPooling2D(2),
    Dropout(0.25),
    Flatten(),
    Dense(sizes.hidden, { activation: "relu" }),
    Dropout(0.5),
    Dense(10, { activation: "softmax" }),
  ]);
}
