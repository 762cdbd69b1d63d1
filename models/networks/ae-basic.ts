/** @file Autoencoders with one hidden layer: question 3.1 (a) of the assignment, and the layers of its pre-training. */
import { checkOptionNames } from "../../engine/options.ts";
import { type ActivationName, Dense, Input, type Model, sequential } from "../index.ts";

export interface BasicAutoencoderOptions {
  /** size of the code, d' in the assignment */
  readonly code: number;
  /** size of the inputs; 784, an MNIST image, unless given */
  readonly inputs?: number;
  readonly encoder?: ActivationName;
  readonly decoder?: ActivationName;
}

/** inputs - code - inputs, sigmoid unless told otherwise: 50,992 parameters with a code of 32. */
export function basicAutoencoder(options: BasicAutoencoderOptions): Model {
  checkOptionNames("basicAutoencoder", options, { code: true, inputs: true, encoder: true, decoder: true });
  const { code, inputs = 784, encoder = "sigmoid", decoder = "sigmoid" } = options;
  return sequential([
    Input([inputs]),
    Dense(code, { activation: encoder }),
    Dense(inputs, { activation: decoder }),
  ]);
}
