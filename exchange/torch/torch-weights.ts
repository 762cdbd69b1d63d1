/** @file Weights with PyTorch's names and axes: a state_dict saved as safetensors becomes the weights of a model, and back. */
import { FileError, formatShape } from "../../engine/errors.ts";
import { checkOptionNames, requireListOf } from "../../engine/options.ts";
import { sameShape, sizeOf } from "../../engine/shape.ts";
import type { Layer } from "../../models/layers/index.ts";
import { type Model, requireModel } from "../../models/model.ts";
import type { SafetensorsEntry } from "../../models/weights/safetensors.ts";
import { readSafetensors, type SafetensorsTensor } from "../../models/weights/safetensors.ts";
import { type TorchWeight, torchWeights } from "./modules.ts";

/** How loadTorchWeights() finds the module of each layer. */
export interface TorchOptions {
  /** which module of the file a layer takes, where order and shape do not say it: { conv2d_1: "features.0" } */
  readonly modules?: Readonly<Record<string, string>>;
}

/** What one weight of the model took. */
export interface TorchRow {
  readonly path: string;
  readonly shape: readonly number[];
  /** name in the state_dict */
  readonly torch: string;
  readonly torchShape: readonly number[];
  /** in words, what was done to the values */
  readonly change: string;
}

type Entries = ReadonlyMap<string, SafetensorsTensor>;

/**
 * Sets all weights of the model from a state_dict that was saved as safetensors. A layer takes the module of its name, else the
 * next one, in the order of the names (numbers as numbers), that is of its kind and whose shapes fit. Kernels are transposed; the
 * rows of a kernel after Flatten are put from [c, h, w] into [h, w, c]. Nothing is set unless all fits, and all of the file is used.
 * @throws FileError with what does not fit, ArgumentError for layers that are no modules of PyTorch
 */
export async function loadTorchWeights(
  model: Model,
  source: string | Uint8Array,
  options: TorchOptions = {},
): Promise<readonly TorchRow[]> {
  requireModel("loadTorchWeights", model);
  checkOptionNames("loadTorchWeights", options, { modules: true });
  const what = typeof source === "string" ? source : "The weights";
  const { tensors } = await readSafetensors(source);
  const modules = modulesOf(tensors);
  const values = new Map<string, Float32Array>();
  const rows: TorchRow[] = [];
  const used = new Set<string>();
  for (const weights of byModule(torchWeights(model))) {
    const [{ module: wantedModule }] = weights as readonly [TorchWeight];
    const given =
      options.modules && Object.hasOwn(options.modules, wantedModule)
        ? options.modules[wantedModule]
        : undefined;
    const free = [...modules].filter(([module]) => !used.has(module));
    const found = given === undefined ? choose(free, wantedModule, weights) : given;
    const entries = found === undefined ? undefined : modules.get(found);
    if (found === undefined || !entries || !fits(entries, weights)) {
      const wanted = weights.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ");
      throw new FileError(
        `${what}: no module${given ? ` "${given}"` : ""} is left for ${wantedModule}, which needs ${wanted}.`,
      );
    }
    used.add(found);
    for (const { stored, name, change, shape, fromTorch } of weights) {
      const key = found === "" ? name : `${found}.${name}`;
      values.set(stored.path, fromTorch(floatsOf(what, key, entries.get(name)!)));
      rows.push({ path: stored.path, shape: stored.variable.shape, torch: key, torchShape: shape, change });
    }
  }
  const left = [...modules.keys()].filter((module) => !used.has(module));
  if (left.length > 0)
    throw new FileError(`${what}: the model ${model.name} has no layers for ${left.join(", ")}.`);
  model.setWeights(values);
  return rows;
}

/** The weights of the model with PyTorch's names and axes, for writeSafetensors(). Layers keep their names: conv2d_1.weight. */
export async function toTorchWeights(model: Model): Promise<readonly SafetensorsEntry[]> {
  requireModel("toTorchWeights", model);
  const values = await model.getWeights();
  return torchWeights(model).map(({ stored, layer, module, name, shape, toTorch }) => {
    const path = stored.path.slice(0, stored.path.lastIndexOf("/")).replaceAll("/", ".");
    const whole = path.slice(0, path.length - layer.name.length) + module;
    return { name: `${whole}.${name}`, shape, data: toTorch(values.get(stored.path)!) };
  });
}

/** What loadTorchWeights() did, one line a weight. */
export function formatTorchRows(rows: readonly TorchRow[]): string {
  const parts = ["path", "shape", "torch", "torchShape", "change"];
  requireListOf("formatTorchRows", rows, "what loadTorchWeights() gave", parts);
  const cells = rows.map(({ path, shape, torch, torchShape, change }) => [
    path,
    formatShape(shape),
    torch,
    formatShape(torchShape),
    change,
  ]);
  const table = [["weight", "shape", "PyTorch", "shape", "change"], ...cells];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Tensors by module and name. What wrappers put before all names, and counters of batches, are left out. */
function modulesOf(tensors: Entries): Map<string, Map<string, SafetensorsTensor>> {
  const modules = new Map<string, Map<string, SafetensorsTensor>>();
  const wrapping = wrappersOf([...tensors.keys()]);
  const byNumbers = new Intl.Collator("en", { numeric: true });
  const keys = [...tensors.keys()]
    .filter((key) => !key.endsWith("num_batches_tracked"))
    .sort(byNumbers.compare);
  for (const key of keys) {
    const path = key.slice(wrapping);
    const dot = path.lastIndexOf(".");
    const module = path.slice(0, Math.max(dot, 0));
    if (!modules.has(module)) modules.set(module, new Map());
    modules.get(module)!.set(path.slice(dot + 1), tensors.get(key)!);
  }
  return modules;
}

/** How long the prefixes are that DataParallel and torch.compile put before all names, in any order. */
function wrappersOf(keys: readonly string[]): number {
  const prefix = /^(module\.|_orig_mod\.)*/;
  return Math.min(...keys.map((key) => prefix.exec(key)![0].length), keys[0]?.length ?? 0);
}

/** Weights of one module together, in the order of the model. */
function byModule(weights: readonly TorchWeight[]): readonly (readonly TorchWeight[])[] {
  const layers = new Map<Layer, Map<string, TorchWeight[]>>();
  for (const weight of weights) {
    const modules = layers.get(weight.layer) ?? new Map<string, TorchWeight[]>();
    layers.set(weight.layer, modules.set(weight.module, [...(modules.get(weight.module) ?? []), weight]));
  }
  return [...layers.values()].flatMap((modules) => [...modules.values()]);
}

function choose(
  modules: readonly (readonly [string, Entries])[],
  name: string,
  weights: readonly TorchWeight[],
): string | undefined {
  const fitting = modules.filter(([, entries]) => fits(entries, weights));
  const own = fitting.find(([module]) => module === name) ?? fitting[0];
  return own?.[0];
}

/** The module has exactly these weights in these shapes. */
function fits(entries: Entries, weights: readonly TorchWeight[]): boolean {
  return (
    entries.size === weights.length &&
    weights.every(({ name, shape }) => {
      const entry = entries.get(name);
      return entry !== undefined && sameShape(entry.shape, shape);
    })
  );
}

function floatsOf(what: string, name: string, { data, dtype, shape }: SafetensorsTensor): Float32Array {
  if (data instanceof Float32Array && data.length === sizeOf(shape)) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  throw new FileError(`${what}: ${name} holds ${dtype}; weights are floats.`);
}
