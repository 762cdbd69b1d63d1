/** @file Cloning a model: the same layers again, with weights of their own. */
import { ArgumentError } from "../engine/errors.ts";
import { checkOptionNames, written } from "../engine/options.ts";
import type { Layer } from "./layers/layer.ts";
import type { Model } from "./model.ts";
import type { SymbolicTensor } from "./symbolic.ts";

export interface CloneOptions {
  /** "copy": compile() starts from the values that the model has now; "fresh": from new ones. Default "copy" */
  readonly weights?: "copy" | "fresh";
}

/** Throws WgradError if weights shall be copied and there are none yet, or for a layer that cannot be copied. */
export async function cloneModel(model: Model, options: CloneOptions): Promise<Model> {
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
  const clone = twinOf(model) as Model;
  clone.setWeights(values);
  return clone;
}

/** The same connections between the twins of a graph's layers. */
export function copyGraph(
  graph: Model["graph"],
  twinOf: (layer: Layer) => Layer,
): { inputs: SymbolicTensor[]; outputs: SymbolicTensor[] } {
  const copies = new Map<SymbolicTensor, SymbolicTensor>();
  for (const { layer, inputs, outputs } of graph.calls) {
    const twin = twinOf(layer);
    const made =
      inputs.length === 0
        ? twin.addCall(
            [],
            outputs.map(({ shape }) => shape),
          ).outputs
        : twin.applyAll(inputs.map((tensor) => copies.get(tensor)!));
    for (const [i, tensor] of outputs.entries()) copies.set(tensor, made[i]!);
  }
  const copied = (tensors: readonly SymbolicTensor[]) => tensors.map((tensor) => copies.get(tensor)!);
  return { inputs: copied(graph.inputs), outputs: copied(graph.outputs) };
}
