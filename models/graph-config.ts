/** @file The graph of a model as settings: its layers, and which use takes what from which. */
import { ArgumentError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import type { Graph } from "./graph.ts";
import type { LayerConfig } from "./layers/config.ts";
import { Layer } from "./layers/layer.ts";
import type { SymbolicTensor } from "./symbolic.ts";

/** A tensor in a graph: the number of the use that makes it, and which of its outputs it is. */
type Place = readonly [call: number, output: number];

/** One use of a layer, by its number in the list of layers. */
interface CallConfig {
  readonly layer: number;
  readonly inputs: readonly Place[];
}

export interface GraphConfig {
  readonly layers: readonly Layer[];
  /** each after those that make its inputs */
  readonly calls: readonly CallConfig[];
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
}

export function graphConfig({ layers, calls, inputs, outputs }: Graph): GraphConfig {
  const places = new Map<SymbolicTensor, Place>();
  for (const [call, { outputs: made }] of calls.entries())
    for (const [output, tensor] of made.entries()) places.set(tensor, [call, output]);
  const placesOf = (tensors: readonly SymbolicTensor[]) => tensors.map((tensor) => places.get(tensor)!);
  return {
    layers,
    calls: calls.map((call) => ({ layer: layers.indexOf(call.layer), inputs: placesOf(call.inputs) })),
    inputs: placesOf(inputs),
    outputs: placesOf(outputs),
  };
}

/** Uses the layers as the settings say. Throws ArgumentError for settings that are damaged. */
export function connect(config: LayerConfig): { inputs: SymbolicTensor[]; outputs: SymbolicTensor[] } {
  const { layers, calls, inputs, outputs } = config as Partial<GraphConfig>;
  const made: (readonly SymbolicTensor[])[] = [];
  const tensorAt = (place: unknown): SymbolicTensor => {
    const [call, output] = listOf(place);
    const tensor = made[call as number]?.[output as number];
    if (tensor) return tensor;
    throw new ArgumentError(`model: its settings have no tensor at ${written(place)}.`);
  };
  for (const call of listOf(calls)) {
    const { layer: index, inputs: places } = (call ?? {}) as Partial<CallConfig>;
    const layer: unknown = listOf(layers)[index as number];
    if (!(layer instanceof Layer))
      throw new ArgumentError(`model: its settings have no layer ${written(index)}.`);
    const given = listOf(places).map(tensorAt);
    made.push(given.length > 0 ? layer.applyAll(given) : layer.addCall([], layer.outputShapes([])).outputs);
  }
  return { inputs: listOf(inputs).map(tensorAt), outputs: listOf(outputs).map(tensorAt) };
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ArgumentError(`model: its settings have ${written(value)} where a list must be.`);
}
