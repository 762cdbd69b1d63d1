/** @file Weights as groups of an HDF5 file: those of Keras 2 by layers and names, those of Keras 3 by numbers. */
import type { GraphLayer } from "../../models/graph-layer.ts";
import type { Layer } from "../../models/layers/layer.ts";
import type { Model } from "../../models/model.ts";
import type { HdfArray, HdfTree } from "../hdf5/write.ts";
import { snakeCase } from "./names.ts";
import { kerasOrder, weightsOf } from "./order.ts";
import { isSequential } from "./write-graph.ts";

type Values = ReadonlyMap<unknown, HdfArray>;

/** model_weights of Keras 2: a group for each layer, in it the arrays at layer/kernel:0. */
export function layeredWeights(
  model: Model,
  values: Values,
  attributes: Readonly<Record<string, string>>,
): HdfTree {
  const layers = kerasOrder(model);
  const groups = new Map(layers.map((layer) => [layer.name, layerGroup(layer, values)]));
  return { attributes: { ...attributes, layer_names: layers.map(({ name }) => name) }, groups };
}

interface OpenTree {
  readonly groups: Map<string, OpenTree>;
  readonly arrays: Map<string, HdfArray>;
}

const emptyTree = (): OpenTree => ({ groups: new Map(), arrays: new Map() });

function layerGroup(layer: Layer, values: Values): HdfTree {
  const weights = weightsOf(layer).map(
    ({ owners, variable }) => [[...owners, `${variable.name}:0`], values.get(variable)!] as const,
  );
  return {
    ...nestedTree(weights),
    attributes: { weight_names: weights.map(([path]) => path.join("/")) },
  };
}

/** Arrays in groups within groups, by their paths. */
export function nestedTree(
  arrays: readonly (readonly [path: readonly string[], array: HdfArray])[],
): HdfTree {
  const tree = emptyTree();
  for (const [path, array] of arrays) {
    let place = tree;
    for (const name of path.slice(0, -1)) {
      const next = place.groups.get(name) ?? emptyTree();
      place.groups.set(name, next);
      place = next;
    }
    place.arrays.set(path.at(-1)!, array);
  }
  return tree;
}

/** The file of weights of Keras 3: layers/conv2d_1/vars/0, numbered by class in the order of the layers. */
export function numberedWeights(model: GraphLayer, values: Values): HdfTree {
  const counts = new Map<string, number>();
  const layers = isSequential(model) ? model.layers : kerasOrder(model);
  const groups = layers.map((layer): [string, HdfTree] => {
    const base = snakeCase(classOf(layer));
    const number = counts.get(base) ?? 0;
    counts.set(base, number + 1);
    return [number === 0 ? base : `${base}_${number}`, numberedLayer(layer, values)];
  });
  return {
    groups: new Map([
      ["layers", { groups: new Map(groups) }],
      ["vars", { attributes: { name: model.name } }],
    ]),
  };
}

function classOf(layer: Layer): string {
  if (layer.innerLayers.length === 0) return layer.className;
  return isSequential(layer as GraphLayer) ? "Sequential" : "Functional";
}

function numberedLayer(layer: Layer, values: Values): HdfTree {
  if (layer.innerLayers.length > 0) return numberedWeights(layer as GraphLayer, values);
  const arrays = layer.variables.map((variable, i): [string, HdfArray] => [String(i), values.get(variable)!]);
  return { groups: new Map([["vars", { attributes: { name: layer.name }, arrays: new Map(arrays) }]]) };
}
