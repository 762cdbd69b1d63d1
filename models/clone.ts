/** @file Cloning a model: the same layers again, with weights of their own. */
import { ArgumentError } from "../engine/errors.ts";
import { checkOptionNames, written } from "../engine/options.ts";
import type { Layer } from "./layers/layer.ts";

export interface CloneOptions {
  /** "copy": compile() starts from the values that the model has now; "fresh": from new ones. Default "copy" */
  readonly weights?: "copy" | "fresh";
}

/** Throws WgradError if weights shall be copied and there are none yet, or for a layer that cannot be copied. */
export async function cloneModel<M extends Layer>(model: M, options: CloneOptions): Promise<M> {
  checkOptionNames("clone", options, { weights: true });
  const { weights = "copy" } = options;
  if (weights !== "copy" && weights !== "fresh") {
    throw new ArgumentError(`clone: weights must be "copy" or "fresh", got ${written(weights)}.`);
  }
  const values = weights === "copy" ? await model.getWeights() : new Map<string, Float32Array>();
  const twins = new Map<Layer, Layer>();
  const twinOf = (layer: Layer): Layer => {
    const known = twins.get(layer);
    if (known) return known;
    const twin = layer.twin(twinOf);
    twins.set(layer, twin);
    return twin;
  };
  const clone = twinOf(model) as M;
  clone.setWeights(values);
  return clone;
}
