/** @file The improved network of the practical on 25 classes, with batch normalisation before or after relu, or none. */
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

export interface Cifar25ImprovedOptions {
  /** where each convolution is normalised: before relu, after it, or nowhere (unless given) */
  readonly normalize?: "before" | "after" | "none";
  /** a part of the filters and hidden units: 1 (unless given) for the practical's */
  readonly width?: number;
}

/** 1,258,553 parameters; 1,259,321 with batch normalisation, 384 of them moving statistics. */
export function cifar25ImprovedNetwork({
  normalize = "none",
  width = 1,
}: Cifar25ImprovedOptions = {}): Model {
  const convolution = (filters: number, padding: "same" | "valid"): Layer[] => [
    Conv2D(filters, 3, { padding }),
    ...(normalize === "before" ? [BatchNormalization()] : []),
    Activation("relu"),
    ...(normalize === "after" ? [BatchNormalization()] : []),
  ];
  const block = (filters: number): Layer[] => [
    ...convolution(filters, "same"),
    ...convolution(filters, "valid"),
    MaxPooling2D(2),
    Dropout(0.25),
  ];
  return sequential([
    Input([32, 32, 3]),
    ...block(32 * width),
    ...block(64 * width),
    Flatten(),
    Dense(512 * width, { activation: "relu" }),
    Dropout(0.5),
    Dense(25, { activation: "softmax" }),
  ]);
}
