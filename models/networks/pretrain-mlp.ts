/** @file The network of question 3.3 of the assignment, trained from scratch or from pre-trained layers. */
import { type ActivationName, Dense, Input, type Model, sequential } from "../index.ts";

/** 784-1000-1000-10 with softmax at the end: 1,796,010 parameters. */
export function pretrainNetwork({ activation = "sigmoid" }: { activation?: ActivationName } = {}): Model {
  return sequential([
    Input([784]),
    Dense(1000, { activation }),
    Dense(1000, { activation }),
    Dense(10, { activation: "softmax" }),
  ]);
}
