/** @file Cutting a trained autoencoder in two, as the sources do to save and load encoder and decoder. */
import { type Model, model } from "../../models/index.ts";

/** Both use the autoencoder's own weights. */
export interface Halves {
  readonly encoder: Model;
  readonly decoder: Model;
}

/** Cuts behind the layer that makes the code. Throws ArgumentError if there is no such layer. */
export function cutAt(autoencoder: Model, layer: string): Halves {
  const code = autoencoder.outputOf(layer);
  return {
    encoder: model({ inputs: autoencoder.inputs, outputs: code }),
    decoder: model({ inputs: code, outputs: autoencoder.outputs }),
  };
}
