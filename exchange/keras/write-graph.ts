/** @file A model as Keras describes it: Sequential, or Functional with the layers that each layer takes. */
import type { GraphLayer } from "../../models/graph-layer.ts";
import type { Layer } from "../../models/layers/layer.ts";
import type { SymbolicTensor } from "../../models/symbolic.ts";
import { kerasOrder } from "./order.ts";
import type { Notes } from "./read-layer.ts";
import { type Generation, type KerasLayer, kerasLayer, type Writing } from "./write-layer.ts";

/** What to write for the model: { class_name, config }. Throws ArgumentError with the path of what Keras does not have. */
export function kerasModel(model: GraphLayer, generation: Generation, note: Notes): KerasLayer {
  return described([model.name], model, { generation, note, frozen: false });
}

/** true for a model that Keras's Sequential can be: one layer after another, none twice, the first an Input. */
export function isSequential({ className, graph }: GraphLayer): boolean {
  return (
    className === "Sequential" && graph.layers.length === graph.calls.length && graph.inputs.length === 1
  );
}

function described(path: readonly string[], model: GraphLayer, writing: Writing): KerasLayer {
  const { generation } = writing;
  const inner = { ...writing, frozen: writing.frozen || !model.trainable };
  const child = (layer: Layer) => {
    const own = [...path, layer.name];
    const found =
      layer.innerLayers.length > 0
        ? described(own, layer as GraphLayer, inner)
        : kerasLayer(own.join("/"), layer, inner);
    return generation === 2 ? found : withModule(found);
  };
  const shared = { name: model.name, trainable: !inner.frozen };
  if (isSequential(model)) {
    const layers = model.layers.map(child);
    return { class_name: "Sequential", config: { ...shared, layers } };
  }
  const places = placesIn(model);
  const layers = kerasOrder(model).map((layer) => ({
    ...child(layer),
    name: layer.name,
    inbound_nodes: nodesOf(model, layer, places, generation),
  }));
  const ends = (tensors: readonly SymbolicTensor[]) => tensors.map((tensor) => places.get(tensor)!);
  const config = {
    ...shared,
    layers,
    input_layers: ends(model.inputs),
    output_layers: ends(model.outputs),
  };
  return { class_name: generation === 2 ? "Model" : "Functional", config };
}

/** Keras 3 finds a class by its module. */
function withModule(layer: KerasLayer) {
  const isModel = layer.class_name === "Functional";
  const module = isModel
    ? "keras.src.models.functional"
    : layer.class_name === "Sequential"
      ? "keras"
      : "keras.layers";
  return { module, ...layer, registered_name: isModel ? "Functional" : null };
}

type Place = readonly [layer: string, use: number, output: number];

/**
 * Where each tensor is made. Keras 2 counts the use that a model within has of itself, Keras 3 does not and cannot read files where
 * it is counted: a .h5 with a model within is written for Keras 3.
 */
function placesIn({ graph }: GraphLayer): ReadonlyMap<SymbolicTensor, Place> {
  const uses = new Map<Layer, number>();
  const places = new Map<SymbolicTensor, Place>();
  for (const { layer, outputs } of graph.calls) {
    const use = uses.get(layer) ?? 0;
    uses.set(layer, use + 1);
    for (const [output, tensor] of outputs.entries()) places.set(tensor, [layer.name, use, output]);
  }
  return places;
}

function nodesOf(
  { graph }: GraphLayer,
  layer: Layer,
  places: ReadonlyMap<SymbolicTensor, Place>,
  generation: Generation,
): readonly unknown[] {
  const calls = graph.calls.filter(
    (call) => call.layer === layer && !graph.inputs.includes(call.outputs[0]!),
  );
  return calls.map(({ inputs }) => {
    if (generation === 2) return inputs.map((tensor) => [...places.get(tensor)!, {}]);
    const tensors = inputs.map((tensor) => ({
      class_name: "__keras_tensor__",
      config: { shape: [null, ...tensor.shape], dtype: "float32", keras_history: places.get(tensor)! },
    }));
    return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
  });
}
