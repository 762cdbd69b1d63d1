/** @file The network of question 3.3 of the assignment, trained from scratch or from pre-trained layers. */
import { type ActivationName, Dense, Input, type Model, sequential } from "../index.ts";

export interface PretrainNetworkOptions {
  readonly activation?: ActivationName;
  /** units of each hidden layer; 1000 unless given */
  readonly hidden?: number;
}

/** 784-1000-1000-10 with softmax at the end: 1,796,010 parameters. */
export function pretrainNetwork({
  activation = "sigmoid",
  hidden = 1000,
}: PretrainNetworkOptions = {}): Model {
  return sequential([
    Input([784]),
    Dense(hidden, { activation }),
    Dense(hidden, { activation }),
    Dense(10, { activation: "softmax" }),
  ]);
}
