/** @file The network of question 2 (c) of the assignment: C x P x C x P x F x F. */
import { checkOptionNames } from "../../engine/options.ts";
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

/** Sides of the filters of the two convolutions and of the windows of both poolings. */
export interface SvhnCWindows {
  readonly first: number;
  readonly second: number;
  readonly pool: number;
}

/** 1,058,726 parameters with the sizes of the assignment, which are the defaults. */
export function svhnCNetwork(
  sizes: SvhnCSizes = { first: 16, second: 512, hidden: 20 },
  windows: SvhnCWindows = { first: 5, second: 7, pool: 2 },
): Model {
  checkOptionNames("svhnCNetwork: sizes", sizes, { first: true, second: true, hidden: true });
  checkOptionNames("svhnCNetwork: windows", windows, { first: true, second: true, pool: true });
  const { first, second, hidden } = sizes;
  return sequential([
    Input([32, 32, 3]),
    Conv2D(first, windows.first, { padding: "same", activation: "relu" }),
    MaxPooling2D(windows.pool),
    Conv2D(second, windows.second, { padding: "same", activation: "relu" }),
    MaxPooling2D(windows.pool),
    Flatten(),
    Dense(hidden, { activation: "relu" }),
    Dense(10, { activation: "softmax" }),
  ]);
}
