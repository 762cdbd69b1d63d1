/** @file TerminateOnNaN: a loss or a gradient that is not finite ends training without an error. */
import type { NumericError } from "../../engine/errors.ts";
import type { Callback } from "./callback.ts";

export class TerminateOnNaNCallback implements Callback {
  readonly name = "TerminateOnNaN";
  /** what ended the last fit, if a loss did: step, batch and the layer it came from */
  error: NumericError | undefined;

  onTrainBegin(): void {
    this.error = undefined;
  }

  onNumericError(error: NumericError): boolean {
    this.error = error;
    return true;
  }
}

/**
 * Keras's TerminateOnNaN. Without it, fit() rejects with NumericError at a loss that is NaN or infinite. With it, fit()
 * returns the history, and `error` tells what happened. Unlike in Keras the epoch it happened in is not in the history,
 * and the weights are those before the bad update; only moving statistics of batch normalisation may hold the NaN.
 */
export function TerminateOnNaN(): TerminateOnNaNCallback {
  return new TerminateOnNaNCallback();
}
