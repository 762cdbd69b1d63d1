/** @file The deep autoencoder of question 3.1 (g) of the assignment. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkOptionNames } from "../../engine/options.ts";
import { type ActivationName, Dense, Input, type Model, sequential } from "../index.ts";

const listedWidths = [1000, 500, 250];
const pixels = 784;

export interface DeepAutoencoderOptions {
  /** size of the code, d' in the assignment */
  readonly code: number;
  /** layers of the encoder, the code included: 4 unless given */
  readonly hidden?: number;
  /** units of the layers before the code, from the outside in: 1000, 500 and 250 unless given */
  readonly widths?: readonly number[];
  /** activation of the code; relu, as in the source's listing, unless given */
  readonly codeActivation?: ActivationName;
}

/**
 * 784-1000-500-250-code and back, relu, sigmoid at the end; `hidden` layers of the encoder, the code included:
 * with a code of 2, 2,823,286 parameters for 4, 2,573,786 for 3 and 1,574,786 for 2.
 */
export function deepAutoencoder(options: DeepAutoencoderOptions): Model {
  checkOptionNames("deepAutoencoder", options, {
    code: true,
    hidden: true,
    widths: true,
    codeActivation: true,
  });
  const { code, hidden = 4, widths = listedWidths, codeActivation = "relu" } = options;
  if (!Number.isInteger(hidden) || hidden < 1 || hidden > widths.length + 1) {
    throw new ArgumentError(`deepAutoencoder: hidden must be 1 to ${widths.length + 1}, got ${hidden}.`);
  }
  if (!Number.isInteger(code) || code < 1 || code > pixels) {
    throw new ArgumentError(
      `deepAutoencoder: the code must have 1 to ${pixels} numbers, one for each pixel at most; got ${code}.`,
    );
  }
  const encoder = widths.slice(0, hidden - 1);
  const relu = (units: number) => Dense(units, { activation: "relu" });
  return sequential([
    Input([pixels]),
    ...encoder.map(relu),
    Dense(code, { activation: codeActivation }),
    ...encoder.toReversed().map(relu),
    Dense(pixels, { activation: "sigmoid" }),
  ]);
}

/**
 * The listing of question 3.1 (g) to the letter: its third decoding layer starts from the third encoding one, so nothing passes
 * through the code of `target_dim` numbers. 784-1000-500-250-500-1000-784; its `encoder` gives the 250.
 */
export function bypassedAutoencoder(): Model {
  const units = [...listedWidths, ...listedWidths.slice(0, 2).toReversed()];
  return sequential([
    Input([pixels]),
    ...units.map((size) => Dense(size, { activation: "relu" })),
    Dense(pixels, { activation: "sigmoid" }),
  ]);
}
