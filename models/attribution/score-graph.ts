/** @file A classifier as one graph from its input to its scores: models within it unfolded, the softmax at its end left out. */

import { ArgumentError, formatShape, nearest } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { ActivationChoice } from "../activations.ts";
import { Graph } from "../graph.ts";
import { GraphLayer } from "../graph-layer.ts";
import { ActivationLayer } from "../layers/activation.ts";
import type { LayerConfig } from "../layers/config.ts";
import { Convolution2DLayer } from "../layers/convolution2d.ts";
import { DenseLayer } from "../layers/dense.ts";
import type { Layer, LayerClass } from "../layers/layer.ts";
import { SoftmaxLayer } from "../layers/softmax.ts";
import type { Model } from "../model.ts";
import { requireModel } from "../model.ts";
import { type LayerCall, layerCall, type SymbolicTensor, topologicalOrder } from "../symbolic.ts";

/** From the input to the scores [classes], before softmax or sigmoid. */
export interface ScoreGraph {
  readonly input: SymbolicTensor;
  readonly scores: SymbolicTensor;
  readonly classes: number;
}

/** The graph in two parts, at a feature map that all paths lead through. */
export interface CutGraph {
  /** layer that gives the feature map */
  readonly layer: string;
  /** [h, w, k] */
  readonly shape: readonly number[];
  readonly before: Graph;
  readonly after: Graph;
}

/** Throws ArgumentError for a model of several inputs or outputs, or one that gives no row of scores. */
export function scoreGraph(what: string, model: Model): ScoreGraph {
  requireModel(what, model);
  const { inputs, outputs } = model;
  const [image, answer] = [inputs[0]!, outputs[0]!];
  if (inputs.length > 1 || outputs.length > 1) {
    throw new ArgumentError(
      `${what}: ${model.name} has ${inputs.length} inputs and ${outputs.length} outputs; one of each is explained.`,
    );
  }
  if (answer.shape.length !== 1) {
    throw new ArgumentError(
      `${what}: ${model.name} gives ${formatShape(answer.shape)} for an image; a score for each class, [classes], is explained.`,
    );
  }
  const input = layerCall(model.graph.callOf(image).layer, [], [image.shape]).outputs[0]!;
  const [output] = unfolded(model, [input]);
  return { input, scores: withoutShares(output!), classes: answer.shape[0]! };
}

/** The calls of a model, and of the models within it, once more on other inputs. */
function unfolded(model: GraphLayer, inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  const { graph } = model;
  const made = new Map(graph.inputs.map((tensor, i) => [tensor, inputs[i]!]));
  for (const { layer, inputs: takes, outputs } of graph.calls) {
    if (outputs.some((tensor) => made.has(tensor))) continue; // an input
    const given = takes.map((tensor) => made.get(tensor)!);
    const shapes = outputs.map(({ shape }) => shape);
    const results =
      layer instanceof GraphLayer ? unfolded(layer, given) : layerCall(layer, given, shapes).outputs;
    for (const [i, tensor] of outputs.entries()) made.set(tensor, results[i]!);
  }
  return graph.outputs.map((tensor) => made.get(tensor)!);
}

/** What is before a softmax or sigmoid at the end, be it a layer or a layer's activation; else the output itself. */
function withoutShares(output: SymbolicTensor): SymbolicTensor {
  const { layer, inputs } = output.call;
  if (layer instanceof SoftmaxLayer) return inputs[0]!;
  if (layer instanceof ActivationLayer) return givesShares(layer.activation) ? inputs[0]! : output;
  const hasOwn = layer instanceof DenseLayer || layer instanceof Convolution2DLayer;
  if (!hasOwn || !givesShares(layer.activation)) return output;
  return layerCall(linear(layer), inputs, [output.shape]).outputs[0]!;
}

function givesShares(activation: ActivationChoice): boolean {
  return activation === "softmax" || activation === "log_softmax" || activation === "sigmoid";
}

/** The layer without its activation, on the same weights. */
function linear(layer: Layer): Layer {
  const config: LayerConfig = { ...layer.getConfig(), name: layer.name, activation: "linear" };
  const plain = (layer.constructor as unknown as LayerClass).fromConfig(config);
  plain.variables.push(...layer.variables);
  return plain;
}

/** The whole graph, to be run at once. */
export function wholeGraph({ input, scores }: ScoreGraph): Graph {
  return new Graph([input], [scores], true);
}

/**
 * Cut at the layer of that name, else where the last convolution's feature map leaves: behind the normalisation, activation or sum
 * that follows it in its size, as far as every path leads through there. Throws ArgumentError if there is no such place.
 */
export function cutGraph(what: string, graph: ScoreGraph, name: string | undefined): CutGraph {
  const calls = topologicalOrder([graph.scores], ({ call }) => call);
  const found =
    name === undefined ? lastFeatureMap(what, graph, calls) : namedFeatureMap(what, graph, calls, name);
  return {
    layer: found.layer.name,
    shape: found.shape,
    before: new Graph([graph.input], [found], true),
    after: new Graph([found], [graph.scores], true),
  };
}

function lastFeatureMap(what: string, graph: ScoreGraph, calls: readonly LayerCall[]): SymbolicTensor {
  const last = calls.findLastIndex(
    ({ layer, outputs }) => layer instanceof Convolution2DLayer && isMap(outputs[0]!),
  );
  if (last < 0) {
    throw new ArgumentError(
      `${what}: the model has no convolution with a feature map of several places, so there is nothing to weigh. ` +
        "saliency() explains models without one.",
    );
  }
  const [height, width] = calls[last]!.outputs[0]!.shape;
  const same = ({ shape }: SymbolicTensor) => shape.length === 3 && shape[0] === height && shape[1] === width;
  const maps = calls.slice(last).flatMap(({ outputs }) => outputs.filter(same));
  const found = maps.findLast((map) => map !== graph.scores && separates(map, graph));
  if (found) return found;
  throw new ArgumentError(
    `${what}: paths lead around the feature map of ${calls[last]!.layer.name}, the last convolution. Name a layer that all ` +
      "lead through: { layer }.",
  );
}

function namedFeatureMap(
  what: string,
  graph: ScoreGraph,
  calls: readonly LayerCall[],
  name: string,
): SymbolicTensor {
  const found = calls.findLast(({ layer, inputs }) => layer.name === name && inputs.length > 0)?.outputs[0];
  if (!found) {
    const hint = nearest(
      name,
      calls.map(({ layer }) => layer.name),
    );
    throw new ArgumentError(
      `${what}: the model has no layer ${written(name)}.${hint ? ` Did you mean "${hint}"?` : ""}`,
    );
  }
  if (!isMap(found)) {
    throw new ArgumentError(
      `${what}: ${name} gives ${formatShape(found.shape)}; a feature map [h,w,k] of several places is needed.`,
    );
  }
  if (separates(found, graph)) return found;
  throw new ArgumentError(
    `${what}: paths lead around ${name}, so its feature map does not decide the score alone. Name a layer that all lead through.`,
  );
}

function isMap({ shape }: SymbolicTensor): boolean {
  return shape.length === 3 && shape[0]! * shape[1]! > 1;
}

/** Whether the scores depend on the input only through `tensor`. */
function separates(tensor: SymbolicTensor, { input, scores }: ScoreGraph): boolean {
  const end: LayerCall = { ...tensor.call, inputs: [] };
  return !topologicalOrder([scores], (each) => (each === tensor ? end : each.call)).includes(input.call);
}
