/** @file Weights in Keras's HDF5 files, by layers, and setting those of a model: all or none. */
import { formatShape } from "../../engine/errors.ts";
import { sameShape } from "../../engine/shape.ts";
import type { GraphLayer } from "../../models/graph-layer.ts";
import type { Layer } from "../../models/layers/layer.ts";
import type { Model } from "../../models/model.ts";
import type { Variable } from "../../models/variable.ts";
import type { HdfGroup, HdfTensor } from "../hdf5/read.ts";
import { snakeCase } from "./names.ts";
import { kerasOrder, type OwnedVariable, weightsOf } from "./order.ts";

interface FileWeight {
  /** conv2d_1/kernel:0; a number in files of Keras 3 */
  readonly name: string;
  readonly tensor: HdfTensor;
}

interface FileLayer {
  readonly name: string;
  readonly weights: readonly FileWeight[];
}

/** Values by the variables that they are for. */
export type FoundWeights = Map<Variable, Float32Array>;

export interface WeightRules {
  /** true: layers of the same names, whatever else the file has; false: in Keras's order of layers; unset: by name if all names are there */
  readonly byName?: boolean | undefined;
}

/** The values for every weight of the model. Throws FileError for what is missing, of another shape or not finite. */
export function findWeights(root: HdfGroup, model: Model, { byName }: WeightRules): FoundWeights {
  const legacy = root.texts("layer_names") ? root : root.group("model_weights");
  const found: FoundWeights = new Map();
  if (legacy) fromLayers(legacy, model, byName, found);
  else if (containerOf(root)) fromContainer(root, model, found, byName);
  else throw root.error("has no weights of Keras: neither layer_names nor a group layers.");
  return found;
}

/** Puts the values into the model. */
export function setWeights(model: Model, found: FoundWeights): void {
  const values = new Map<string, Float32Array>();
  for (const { path, variable } of model.weights) {
    const data = found.get(variable);
    if (data) values.set(path, data);
  }
  model.setWeights(values);
}

/** The layout of Keras 1 and 2, and of Keras 3 for .h5. */
function fromLayers(group: HdfGroup, model: Model, byName: boolean | undefined, found: FoundWeights): void {
  const names = group.texts("layer_names");
  if (!names) throw group.error("has no layer_names.");
  const filed = names.map((name) => fileLayer(group, name)).filter(({ weights }) => weights.length > 0);
  const layers = kerasOrder(model).filter((layer) => weightsOf(layer).length > 0);
  const known = new Map(filed.map((layer) => [layer.name, layer]));
  if (byName ?? layers.every(({ name }) => known.has(name))) {
    for (const layer of layers) {
      const own = known.get(layer.name);
      if (own) take(group, own, layer, found);
      else if (byName === undefined)
        throw group.error(`${layer.name}: the file has no weights of this layer.`);
    }
    if (found.size > 0) return;
    throw group.error("no layer of the file has the name of one of the model.");
  }
  if (filed.length !== layers.length) {
    const missing = layers.find(({ name }) => !known.has(name))?.name ?? "none";
    throw group.error(
      `has weights of ${filed.length} layers, the model has ${layers.length} layers with weights. First of the model's that the ` +
        `file has no weights for by name: ${missing}.`,
    );
  }
  for (const [i, layer] of layers.entries()) take(group, filed[i]!, layer, found);
}

function fileLayer(group: HdfGroup, name: string): FileLayer {
  const own = group.group(name);
  const names = own?.texts("weight_names");
  if (!own || !names) throw group.error(`${name}: the layer's group or its weight_names are missing.`);
  const weights = names.map((weight) => {
    const tensor = own.tensor(weight);
    if (!tensor) throw group.error(`${name}: ${weight} is missing.`);
    return { name: weight, tensor };
  });
  return { name, weights };
}

/** A layer's weights: those of a model within by their names if these tell them apart, else in order. */
function take(group: HdfGroup, { name, weights }: FileLayer, layer: Layer, found: FoundWeights): void {
  const wanted = weightsOf(layer);
  if (weights.length !== wanted.length)
    throw group.error(`${name}: ${weights.length} weights are there, ${layer.name} has ${wanted.length}.`);
  const inOrder = layer.innerLayers.length > 0 ? byTail(weights, wanted) : weights;
  for (const [i, owned] of wanted.entries()) put(group, inOrder[i]!, owned, found);
}

function byTail(weights: readonly FileWeight[], wanted: readonly OwnedVariable[]): readonly FileWeight[] {
  const tails = new Map(weights.map((weight) => [tailOf(weight.name), weight]));
  const named = wanted.map(({ layer, variable }) => tails.get(`${layer.name}/${variable.name}`));
  return new Set(named).size === weights.length && named.every((weight) => weight !== undefined)
    ? (named as FileWeight[])
    : weights;
}

/** encoder/dense_1/kernel:0 to dense_1/kernel */
function tailOf(name: string): string {
  return name.replace(/:\d+$/, "").split("/").slice(-2).join("/");
}

function put(
  group: HdfGroup,
  { name, tensor: { shape, data } }: FileWeight,
  { layer, variable }: OwnedVariable,
  found: FoundWeights,
): void {
  const what = `${layer.name}/${variable.name}`;
  if (!sameShape(shape, variable.shape)) {
    const is = `${formatShape(shape)} (${name})`;
    throw group.error(`${what}: the model's is ${formatShape(variable.shape)}, the file's is ${is}.`);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw group.error(`${what}: holds ${data[bad]} at ${bad} (${name}).`);
  found.set(variable, data);
}

const containers = ["layers", "_layer_checkpoint_dependencies"];

function containerOf(
  group: HdfGroup,
): readonly { readonly name: string; readonly group: HdfGroup }[] | undefined {
  for (const container of containers) {
    const within = group.group(container);
    if (within) return within.names().flatMap((name) => named(name, within.group(name)));
  }
  // tf.keras on Windows joined the two names by a backslash
  const prefix = `${containers[1]}\\`;
  const joined = group.names().filter((name) => name.startsWith(prefix));
  if (joined.length === 0) return undefined;
  return joined.flatMap((name) => named(name.slice(prefix.length), group.group(name)));
}

function named(name: string, group: HdfGroup | undefined) {
  return group ? [{ name, group }] : [];
}

/** The layout of Keras 3: layers/conv2d_1/vars/0, numbered by class in the order of the layers. */
function fromContainer(group: HdfGroup, model: GraphLayer, found: FoundWeights, byName?: boolean): void {
  const children = containerOf(group);
  if (!children) throw group.error(`has no layers, ${model.name} has some.`);
  const places = new Map(children.map(({ group: child }) => [child.group("vars")?.text("name"), child]));
  const layers = kerasOrder(model);
  const withWeights = layers.filter((layer) => weightsOf(layer).length > 0);
  const useNames = byName ?? withWeights.every(({ name }) => places.has(name));
  const queues = new Map<string, HdfGroup[]>();
  for (const { name, group: child } of [...children].sort((a, b) => numberOf(a.name) - numberOf(b.name))) {
    const base = name.replace(/_\d+$/, "");
    queues.set(base, [...(queues.get(base) ?? []), child]);
  }
  for (const layer of layers) {
    const base =
      layer.innerLayers.length > 0 && layer.className === "Model"
        ? ["functional", "model"]
        : [snakeCase(layer.className)];
    const next = base.map((name) => queues.get(name)?.shift()).find((child) => child !== undefined);
    const child = useNames ? places.get(layer.name) : next;
    if (weightsOf(layer).length === 0 || (byName && !child)) continue;
    if (!child) throw group.error(`${layer.name}: the file has no weights of this layer.`);
    if (layer.innerLayers.length > 0) fromContainer(child, layer as GraphLayer, found);
    else take(child, { name: layer.name, weights: varsOf(child) }, layer, found);
  }
  if (byName && found.size === 0) throw group.error("no layer of the file has the name of one of the model.");
}

function numberOf(name: string): number {
  return Number(/_(\d+)$/.exec(name)?.[1] ?? 0);
}

/** vars/0, vars/1, ... of a layer or an optimizer. */
export function varsOf(group: HdfGroup): FileWeight[] {
  const vars = group.group("vars");
  const found: FileWeight[] = [];
  for (let i = 0; vars; i++) {
    const tensor = vars.tensor(String(i));
    if (!tensor) break;
    found.push({ name: String(i), tensor });
  }
  return found;
}
