/** @file The deep autoencoder of question 3.1 (g) of the assignment. */
import { ArgumentError } from "../../engine/errors.ts";
import { Dense, Input, type Model, sequential } from "../index.ts";

const widths = [1000, 500, 250];

/**
 * 784-1000-500-250-code and back, relu, sigmoid at the end; `hidden` layers of the encoder, the code included:
 * with a code of 2, 2,823,286 parameters for 4, 2,573,786 for 3 and 1,574,786 for 2.
 */
export function deepAutoencoder({ code, hidden = 4 }: { code: number; hidden?: number }): Model {
  if (!Number.isInteger(hidden) || hidden < 1 || hidden > widths.length + 1) {
    throw new ArgumentError(`deepAutoencoder: hidden must be 1 to ${widths.length + 1}, got ${hidden}.`);
  }
  const encoder = widths.slice(0, hidden - 1);
  const units = [...encoder, code, ...encoder.toReversed()];
  return sequential([
    Input([784]),
    ...units.map((size) => Dense(size, { activation: "relu" })),
    Dense(784, { activation: "sigmoid" }),
  ]);
}
