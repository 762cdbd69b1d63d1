/** @file A model from model_config of Keras 2 and config.json of Keras 3: sequential or functional, models within models. */
import { ArgumentError, WgradError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { checkShape, type Shape } from "../../engine/shape.ts";
import { InputLayer } from "../../models/layers/input.ts";
import type { Layer } from "../../models/layers/layer.ts";
import { Model } from "../../models/model.ts";
import { isRecord } from "../../models/records.ts";
import { Sequential } from "../../models/sequential.ts";
import type { SymbolicTensor } from "../../models/symbolic.ts";
import { layerFrom, type Reading } from "./read-layer.ts";

type Config = Readonly<Record<string, unknown>>;

/** Models within models, to any depth that a person would make. */
const deepest = 32;

/** The model. Throws ArgumentError with the path of a layer that wgrad does not have, "model/block/lstm_1". */
export function modelFromKeras(description: unknown, reading: Reading): Model {
  return modelAt([], description, reading);
}

function modelAt(above: readonly string[], description: unknown, reading: Reading): Model {
  const { class_name: className, config } = recordOf("the model", description);
  // Keras 2.1 and before wrote a list in the place of a Sequential's config
  const settings: Config = Array.isArray(config)
    ? { layers: config }
    : recordOf("the model's config", config);
  const path = [...above, nameOf(settings) ?? "model"];
  if (path.length > deepest)
    throw new ArgumentError(`${path.slice(0, 3).join("/")}: more than ${deepest} models within models.`);
  if (className === "Sequential") return sequentialFrom(path, settings, reading);
  if (className === "Model" || className === "Functional") return functionalFrom(path, settings, reading);
  throw new ArgumentError(
    `${path.join("/")}: is a ${written(className)}. Sequential and functional models are read; a class of one's own has no graph in the file.`,
  );
}

const isModel = (className: unknown) => ["Sequential", "Model", "Functional"].includes(className as string);

function nameOf({ name }: Config): string | undefined {
  return typeof name === "string" && name !== "" ? name : undefined;
}

function sequentialFrom(path: readonly string[], config: Config, reading: Reading): Model {
  const layers = listOf(path, "layers", config.layers).map((item) => recordOf(path.join("/"), item));
  let x: SymbolicTensor | undefined;
  let start: SymbolicTensor | undefined;
  for (const [i, item] of layers.entries()) {
    const settings = isRecord(item.config) ? item.config : {};
    if (i === 0) {
      const shape = inputShape(settings) ?? inputShape(config, "build_input_shape");
      if (shape) start = entrance(path, shape, item.class_name === "InputLayer" ? settings : {});
      if (item.class_name === "InputLayer") {
        if (!start) throw new ArgumentError(`${path.join("/")}: the InputLayer has no shape.`);
        x = start;
        continue;
      }
      x = start;
    }
    if (isModel(item.class_name)) {
      const inner = modelAt(path, item, reading);
      start ??= entrance(path, inner.inputShape, {});
      x = inner.apply(x ?? start);
      continue;
    }
    if (!x) throw new ArgumentError(`${path.join("/")}: the file does not say which shape its inputs have.`);
    const layer = layerAt(path, item, [x.shape], reading);
    x = applied(path, layer, [x])[0]!;
  }
  if (!start || !x) throw new ArgumentError(`${path.join("/")}: has no layers.`);
  return new Sequential({ ...modelOptions(config), inputs: start, outputs: x });
}

function modelOptions(config: Config) {
  const name = nameOf(config);
  return { ...(name && { name }), ...(config.trainable === false && { trainable: false }) };
}

function layerAt(path: readonly string[], item: Config, inputs: readonly Shape[], reading: Reading): Layer {
  const config = recordOf(`${path.join("/")}: a layer's config`, item.config);
  const className = item.class_name;
  if (typeof className !== "string")
    throw new ArgumentError(`${path.join("/")}: a layer is ${written(item)}.`);
  return layerFrom([...path, nameOf(config) ?? className].join("/"), className, config, inputs, reading);
}

function applied(path: readonly string[], layer: Layer, inputs: readonly SymbolicTensor[]) {
  try {
    return layer.applyAll(inputs);
  } catch (cause) {
    if (!(cause instanceof WgradError)) throw cause;
    throw new ArgumentError(`${path.join("/")}: ${cause.message}`, { cause });
  }
}

/** Shape of the samples in batch_input_shape, batch_shape, ...; undefined if the config has none. */
function inputShape(config: Config, ...more: readonly string[]): readonly unknown[] | undefined {
  const found = ["batch_shape", "batch_input_shape", ...more].map((name) => config[name]).find(Array.isArray);
  return found?.slice(1);
}

function entrance(path: readonly string[], shape: readonly unknown[], config: Config): SymbolicTensor {
  const open = shape.indexOf(null);
  if (open >= 0)
    throw new ArgumentError(
      `${path.join("/")}: its input ${written(shape)} has an open size (axis ${open + 1}); wgrad needs all but the batch.`,
    );
  checkShape(shape as Shape, path.join("/"));
  const name = nameOf(config);
  return new InputLayer(shape as Shape, name ? { name } : {}).tensor;
}

/** Where a layer's input comes from: layer, its use, which of the outputs. */
type Source = readonly [layer: string, use: number, output: number];

interface Use {
  readonly sources: readonly Source[];
}

interface Node {
  readonly item: Config;
  readonly name: string;
  readonly uses: readonly Use[];
  layer?: Layer;
  readonly outputs: (readonly SymbolicTensor[] | undefined)[];
}

function functionalFrom(path: readonly string[], config: Config, reading: Reading): Model {
  const nodes = new Map<string, Node>();
  for (const entry of listOf(path, "layers", config.layers)) {
    const item = recordOf(path.join("/"), entry);
    const name = nameOf(item) ?? nameOf(isRecord(item.config) ? item.config : {});
    if (!name || nodes.has(name))
      throw new ArgumentError(`${path.join("/")}: a layer without a name of its own, ${written(name)}.`);
    nodes.set(name, { item, name, uses: usesOf(path, name, item.inbound_nodes), outputs: [] });
  }
  const ends = { inputs: endsOf(path, config.input_layers), outputs: endsOf(path, config.output_layers) };
  const offsets = offsetsOf(nodes, ends.outputs);
  const tensorAt = ([layer, use, output]: Source): SymbolicTensor | undefined =>
    nodes.get(layer)?.outputs[use - (offsets.get(layer) ?? 0)]?.[output];
  run(path, [...nodes.values()], tensorAt, reading);
  const tensors = (sources: readonly Source[]) =>
    sources.map((source) => {
      const found = tensorAt(source);
      if (found) return found;
      throw new ArgumentError(`${path.join("/")}: there is no output ${written(source)} of a layer.`);
    });
  return new Model({ ...modelOptions(config), inputs: tensors(ends.inputs), outputs: tensors(ends.outputs) });
}

/** Uses the layers as soon as their inputs are there, as the file need not have them in order. */
function run(
  path: readonly string[],
  nodes: readonly Node[],
  tensorAt: (source: Source) => SymbolicTensor | undefined,
  reading: Reading,
): void {
  let open = nodes.flatMap((node) => node.uses.map((use, index) => ({ node, use, index })));
  while (open.length > 0) {
    const left = open.filter(({ node, use, index }) => {
      const inputs = use.sources.map(tensorAt);
      if (!inputs.every((x) => x !== undefined)) return true;
      node.outputs[index] =
        node.item.class_name === "InputLayer" ? [inputOf(path, node)] : useLayer(path, node, inputs, reading);
      return false;
    });
    if (left.length === open.length) {
      const { node, use } = left[0]!;
      throw new ArgumentError(
        `${path.join("/")}/${node.name}: takes ${written(use.sources)}, which nothing makes.`,
      );
    }
    open = left;
  }
}

function inputOf(path: readonly string[], { item, name }: Node): SymbolicTensor {
  const shape = inputShape(recordOf(name, item.config));
  if (!shape) throw new ArgumentError(`${path.join("/")}/${name}: the InputLayer has no shape.`);
  return entrance([...path, name], shape, { name });
}

function useLayer(path: readonly string[], node: Node, inputs: readonly SymbolicTensor[], reading: Reading) {
  const shapes = inputs.map(({ shape }) => shape);
  node.layer ??= isModel(node.item.class_name)
    ? modelAt(path, node.item, reading)
    : layerAt(path, node.item, shapes, reading);
  return applied([...path, node.name], node.layer, inputs);
}

/** A model within a model has a use of its own before the first in some versions: uses are then counted from 1. */
function offsetsOf(
  nodes: ReadonlyMap<string, Node>,
  outputs: readonly Source[],
): ReadonlyMap<string, number> {
  const all = [...nodes.values()].flatMap(({ uses }) => uses.flatMap(({ sources }) => sources));
  const largest = new Map<string, number>();
  for (const [layer, use] of [...all, ...outputs]) largest.set(layer, Math.max(largest.get(layer) ?? 0, use));
  return new Map(
    [...nodes.values()].map(({ name, uses }) => [name, (largest.get(name) ?? 0) >= uses.length ? 1 : 0]),
  );
}

/** Keras 2: [[["conv2d_1", 0, 0, {}], ...], ...]; Keras 3: [{ args: [tensor or tensors] }, ...]. An input has one use. */
function usesOf(path: readonly string[], name: string, given: unknown): readonly Use[] {
  const nodes = listOf([...path, name], "inbound_nodes", given ?? []);
  if (nodes.length === 0) return [{ sources: [] }];
  return nodes.map((node) => {
    if (isRecord(node)) return { sources: tensorsIn(node.args) };
    const list = listOf([...path, name], "inbound_nodes", node);
    const entries = typeof list[0] === "string" ? [list] : list; // tf.keras writes one input without a list
    return { sources: entries.map((entry) => sourceOf(path, entry)) };
  });
}

function tensorsIn(value: unknown): readonly Source[] {
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  if (!isRecord(value)) return [];
  if (value.class_name === "__keras_tensor__") {
    const history = isRecord(value.config) ? value.config.keras_history : undefined;
    return [sourceOf([], history)];
  }
  return [];
}

function endsOf(path: readonly string[], given: unknown): readonly Source[] {
  if (isRecord(given)) return Object.values(given).map((source) => sourceOf(path, source));
  const list = listOf(path, "input_layers or output_layers", given);
  return typeof list[0] === "string" ? [sourceOf(path, list)] : list.map((source) => sourceOf(path, source));
}

function sourceOf(path: readonly string[], source: unknown): Source {
  const [layer, use, output] = Array.isArray(source) ? (source as unknown[]) : [];
  if (typeof layer === "string" && Number.isSafeInteger(use) && Number.isSafeInteger(output))
    return [layer, use as number, output as number];
  throw new ArgumentError(
    `${path.join("/")}: ${written(source)} is no place in a graph, [layer, use, output] is expected.`,
  );
}

function listOf(path: readonly string[], what: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ArgumentError(`${path.join("/")}: ${what} is ${written(value)}, a list is expected.`);
}

function recordOf(what: string, value: unknown): Config {
  if (isRecord(value)) return value;
  throw new ArgumentError(`${what}: is ${written(value)}, an object is expected.`);
}
