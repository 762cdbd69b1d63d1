/** @file The convolutional network of the blog post on CIFAR-100. */
import { checkOptionNames } from "../../engine/options.ts";
import { Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, type Model, sequential } from "../index.ts";

/** 6,850,792 parameters; `width` is a part of the filters and hidden units. */
export function cifar100ConvolutionalNetwork(options: { readonly width: number } = { width: 1 }): Model {
  checkOptionNames("cifar100ConvolutionalNetwork", options, { width: true });
  const { width } = options;
  const convolution = (filters: number) => Conv2D(filters * width, 3, { activation: "relu" });
  return sequential([
    Input([32, 32, 3]),
    convolution(32),
    convolution(64),
    MaxPooling2D(2),
    convolution(128),
    convolution(256),
    convolution(512),
    MaxPooling2D(2),
    convolution(1024),
    MaxPooling2D(2),
    Flatten(),
    Dense(500 * width, { activation: "relu" }),
    Dropout(0.5),
    Dense(100, { activation: "softmax" }),
  ]);
}
