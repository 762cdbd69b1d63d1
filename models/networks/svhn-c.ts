/** @file The network of question 2 (c) of the assignment: C x P x C x P x F x F. */
import { Conv2D } from "../layers/conv2d.ts";
import { Dense } from "../layers/dense.ts";
import { Flatten } from "../layers/flatten.ts";
import { Input } from "../layers/input.ts";
import { MaxPooling2D } from "../layers/max-pooling2d.ts";
import type { Model } from "../model.ts";
import { sequential } from "../sequential.ts";

/** Filters of the two convolutions and units of the hidden layer. */
export interface SvhnCSizes {
  readonly first: number;
  readonly second: number;
  readonly hidden: number;
}

/** 1,058,726 parameters with the sizes of the assignment, which are the defaults. */
export function svhnCNetwork(
  { first, second, hidden }: SvhnCSizes = { first: 16, second: 512, hidden: 20 },
): Model {
  return sequential([
    Input([32, 32, 3]),
    Conv2D(first, 5, { padding: "same", activation: "relu" }),
    MaxPooling2D(2),
    Conv2D(second, 7, { padding: "same", activation: "relu" }),
    MaxPooling2D(2),
    Flatten(),
    Dense(hidden, { activation: "relu" }),
    Dense(10, { activation: "softmax" }),
  ]);
}
