/** @file A network for question 2 (f) of the assignment: small filters in pairs, batch normalisation, dropout. */
import {
  Activation,
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  Input,
  type Layer,
  MaxPooling2D,
  type Model,
  sequential,
} from "../index.ts";

export interface SvhnFOptions {
  /** of the convolutions before the first pooling; each following block has twice as many */
  readonly filters: number;
  /** blocks of two convolutions and a pooling */
  readonly blocks: number;
  readonly hidden: number;
  /** after each convolution */
  readonly normalize: boolean;
}

/** Three blocks from 32 filters on, 256 hidden units and batch normalisation have 815,914 parameters. */
export function svhnFNetwork({ filters, blocks, hidden, normalize }: SvhnFOptions): Model {
  const convolution = (count: number): Layer[] => [
    Conv2D(count, 3, { padding: "same" }),
    ...(normalize ? [BatchNormalization()] : []),
    Activation("relu"),
  ];
  const block = (count: number): Layer[] => [
    ...convolution(count),
    ...convolution(count),
    MaxPooling2D(2),
    Dropout(0.25),
  ];
  return sequential([
    Input([32, 32, 3]),
    ...Array.from({ length: blocks }, (_, i) => block(filters * 2 ** i)).flat(),
    Flatten(),
    Dense(hidden, { activation: "relu" }),
    Dropout(0.5),
    Dense(10, { activation: "softmax" }),
  ]);
}
