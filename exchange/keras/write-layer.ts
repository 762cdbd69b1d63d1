/** @file A layer as Keras describes it: class_name and config. */
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import {
  type Initializer,
  type InitializerChoice,
  initializer,
  initializerConfig,
} from "../../models/initializers.ts";
import { InputLayer } from "../../models/layers/input.ts";
import type { Layer } from "../../models/layers/layer.ts";
import { type RegularizerChoice, regularizer } from "../../models/regularizers.ts";
import { layerTable } from "./layer-table.ts";
import { camelCase, snakeCase } from "./names.ts";
import type { Notes } from "./read-layer.ts";

export interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Which Keras reads it: of version 2 (.h5) or 3 (.keras). */
export type Generation = 2 | 3;

/** What is the same for all layers of a model. */
export interface Writing {
  readonly generation: Generation;
  readonly note: Notes;
  /** the layer is in a model that is not trainable: Keras says so of every layer */
  readonly frozen: boolean;
}

/**
 * The description, without the defaults that both have. Throws ArgumentError, with `path` at its head, for a layer or a function
 * that Keras does not have.
 */
export function kerasLayer(path: string, layer: Layer, { generation, note, frozen }: Writing): KerasLayer {
  const { className } = layer;
  const row = Object.hasOwn(layerTable, className) ? layerTable[className]! : undefined;
  if (!row) throw new ArgumentError(`${path}: Keras has no layer ${className}.`);
  const { name } = layer;
  const frozenHere = (frozen || !layer.trainable) && layer.variables.length > 0; // Keras's SpatialDropout2D refuses to be told
  if (layer instanceof InputLayer) {
    const key = generation === 2 ? "batch_input_shape" : "batch_shape";
    return { class_name: className, config: { [key]: [null, ...layer.shape], dtype: "float32", name } };
  }
  const given = layer.getConfig();
  const config: Record<string, unknown> = { name, ...(frozenHere && { trainable: false }), dtype: "float32" };
  for (const setting of row.settings) {
    const value = given[camelCase(setting)];
    if (value !== undefined) config[setting] = settingOf(`${path}: ${setting}`, setting, value, note);
  }
  for (const option of Object.keys(given)) {
    const known = ["name", "trainable", "activityRegularizer", "movingVarianceRule"];
    if (known.includes(option) || row.settings.includes(snakeCase(option))) continue;
    throw new ArgumentError(`${path}: Keras's ${className} has no ${snakeCase(option)}.`);
  }
  if (layer.activityRegularizer) config.activity_regularizer = penalty(layer.activityRegularizer, path);
  if (className === "LeakyReLU" && generation === 2 && "negative_slope" in config) {
    config.alpha = config.negative_slope; // Keras 3 takes it by this name too
    delete config.negative_slope;
  }
  return { class_name: className, config };
}

function settingOf(where: string, setting: string, value: unknown, note: Notes): unknown {
  if (setting.endsWith("_initializer")) return kerasInitializer(where, value as InitializerChoice, note);
  if (setting.endsWith("_regularizer")) return penalty(value as RegularizerChoice, where);
  if (typeof value !== "function") return value;
  throw new ArgumentError(
    `${where}: is a function, which a file cannot hold: a name is needed, got ${written(value)}.`,
  );
}

function penalty(choice: RegularizerChoice, where: string): KerasLayer {
  const { l1, l2 } = regularizer(choice, where);
  return { class_name: "L1L2", config: { l1, l2 } };
}

const scalings: Readonly<Record<string, readonly [scale: number, mode: string]>> = {
  glorot: [1, "fan_avg"],
  he: [2, "fan_in"],
  lecun: [1, "fan_in"],
};

/** By Keras's own names; rules of scaled variance as the VarianceScaling that they are, which all versions read. */
function kerasInitializer(where: string, choice: InitializerChoice, note: Notes): KerasLayer | undefined {
  const described = initializerConfig(initializer(choice, where) as Initializer);
  if (!described) {
    note(`${where} is a function of your own: new weights will start by Keras's default.`);
    return undefined;
  }
  const { name, rule, ...options } = described;
  const found = /^(glorot|he|lecun)(Uniform|Normal)$/.exec(name);
  if (found) {
    const [scale, mode] = scalings[found[1]!]!;
    const normal = rule === "normal" ? "untruncated_normal" : "truncated_normal";
    const distribution = found[2] === "Uniform" ? "uniform" : normal;
    return { class_name: "VarianceScaling", config: { scale, mode, distribution, seed: null } };
  }
  const names: Readonly<Record<string, string>> = {
    minimum: "minval",
    maximum: "maxval",
    deviation: "stddev",
  };
  const config = Object.entries(options).map(([option, value]) => [names[option] ?? option, value]);
  return { class_name: name[0]!.toUpperCase() + name.slice(1), config: Object.fromEntries(config) };
}
