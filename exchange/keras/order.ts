/** @file Keras's order of a model's layers, which its weight files and optimizers follow: by depth, then as met walking back. */
import type { GraphLayer } from "../../models/graph-layer.ts";
import type { Layer } from "../../models/layers/layer.ts";
import type { LayerCall } from "../../models/symbolic.ts";
import type { Variable } from "../../models/variable.ts";

/** model.layers of Keras: Functional._map_graph_network of Keras 2 and 3. */
export function kerasOrder({ graph }: GraphLayer): readonly Layer[] {
  const met = new Map<Layer, number>();
  const visited = new Set<LayerCall>();
  const visit = (call: LayerCall): void => {
    if (visited.has(call)) return;
    visited.add(call);
    if (!met.has(call.layer)) met.set(call.layer, met.size);
    for (const input of inputsOf(call)) visit(graph.callOf(input));
  };
  const inputsOf = (call: LayerCall) => (graph.inputs.includes(call.outputs[0]!) ? [] : call.inputs);
  for (const output of graph.outputs) visit(graph.callOf(output));
  const callDepth = new Map<LayerCall, number>();
  const depth = new Map<Layer, number>();
  for (const call of [...graph.calls].reverse()) {
    const own = Math.max(callDepth.get(call) ?? 0, depth.get(call.layer) ?? 0);
    depth.set(call.layer, own);
    for (const input of inputsOf(call)) {
      const source = graph.callOf(input);
      callDepth.set(source, Math.max(callDepth.get(source) ?? 0, own + 1));
    }
  }
  return [...graph.layers].sort((a, b) => depth.get(b)! - depth.get(a)! || met.get(a)! - met.get(b)!);
}

/** A weight with its layer. */
export interface OwnedVariable {
  /** names of the models that its layer is in, below the one that was asked for, and its own */
  readonly owners: readonly string[];
  readonly layer: Layer;
  readonly variable: Variable;
}

/** Weights of a layer as Keras 2 files have them: of a model within, the trainable ones first. */
export function weightsOf(layer: Layer): readonly OwnedVariable[] {
  const all = weightsInOrder(layer, layer.trainable);
  return [...all.filter(({ trained }) => trained), ...all.filter(({ trained }) => !trained)];
}

/** The weights that an optimizer of Keras trains, in its order, each once. */
export function trainedWeights(model: Layer): readonly OwnedVariable[] {
  const trained = weightsInOrder(model, model.trainable).filter((weight) => weight.trained);
  return [...new Map(trained.map((weight) => [weight.variable, weight])).values()];
}

function weightsInOrder(
  layer: Layer,
  trainable: boolean,
  above: readonly string[] = [],
): readonly (OwnedVariable & { readonly trained: boolean })[] {
  if (layer.innerLayers.length === 0) {
    const owners = [...above, layer.name];
    return layer.variables.map((variable) => {
      return { owners, layer, variable, trained: trainable && variable.trainable };
    });
  }
  return kerasOrder(layer as GraphLayer).flatMap((child) => {
    const names = child.innerLayers.length > 0 ? [...above, child.name] : above;
    return weightsInOrder(child, trainable && child.trainable, names);
  });
}
