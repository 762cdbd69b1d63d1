/** @file A layer from its description in a file of Keras. */
import { ArgumentError, WgradError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import { initializer } from "../../models/initializers.ts";
import type { Layer } from "../../models/layers/layer.ts";
import { isRecord } from "../../models/records.ts";
import { layerClasses } from "../../models/saving/build.ts";
import { layerTable } from "./layer-table.ts";
import { camelCase } from "./names.ts";

/** What a file says that the model does without: it changes nothing in predictions. */
export type Notes = (note: string) => void;

/** What is the same for all layers of a file. */
export interface Reading {
  readonly note: Notes;
  /** the file is of Keras 3, whose moving variances take the batch's as it is; tf.keras 2 and this house take n / (n - 1) of it */
  readonly isKeras3: boolean;
}

/**
 * The layer, which takes inputs of these shapes. Throws ArgumentError, with `path` at its head, for a class or a setting that
 * this house does not have.
 */
export function layerFrom(
  path: string,
  className: string,
  config: Readonly<Record<string, unknown>>,
  inputs: readonly Shape[],
  { note, isKeras3 }: Reading,
): Layer {
  const row = Object.hasOwn(layerTable, className) ? layerTable[className]! : undefined;
  const layerClass = layerClasses().get(className);
  if (!row || !layerClass) throw new ArgumentError(`${path}: wgrad has no layer of the class ${className}.`);
  const settings: Record<string, unknown> = {};
  const known: Readonly<Record<string, readonly unknown[]>> = row.fixed ?? {};
  for (const [key, value] of Object.entries(config)) {
    const name = row.aliases?.[key] ?? key;
    if (row.settings.includes(name)) {
      const plain = value === null ? undefined : settingFrom(`${path}: ${name}`, name, value, note);
      if (plain !== undefined) settings[camelCase(name)] = plain;
    } else if (Object.hasOwn(known, name)) refuseUnless(path, className, name, value, known[name]!, note);
  }
  if (className.endsWith("Normalization")) checkAxis(path, config.axis, inputs);
  const { name, trainable, activity_regularizer: activity } = config;
  try {
    return layerClass.fromConfig({
      ...settings,
      ...(isKeras3 && className === "BatchNormalization" && { movingVarianceRule: "biased" }),
      ...(typeof name === "string" && { name }),
      ...(trainable === false && { trainable: false }),
      ...(isRecord(activity) && { activityRegularizer: activity }),
    });
  } catch (cause) {
    if (!(cause instanceof WgradError)) throw cause;
    throw new ArgumentError(`${path}: ${cause.message}`, { cause });
  }
}

/** Constraints hold in training only: the model does without them, and it is said. */
function refuseUnless(
  path: string,
  className: string,
  name: string,
  value: unknown,
  allowed: readonly unknown[],
  note: Notes,
): void {
  if (allowed.includes(value)) return;
  if (name.endsWith("_constraint")) {
    note(`${path}: ${name} ${objectName(value)} is left out: wgrad has no constraints.`);
    return;
  }
  const only = allowed.map((item) => written(item)).join(" or ");
  throw new ArgumentError(`${path}: a ${className} with ${name} ${written(value)}; wgrad has ${only} only.`);
}

/** Normalisation is over the last axis here; Keras counts axes from the batch. */
function checkAxis(path: string, axis: unknown, [shape]: readonly Shape[]): void {
  const [only = -1, ...more] = [axis ?? -1].flat() as unknown[];
  if (more.length === 0 && (only === -1 || only === shape?.length)) return;
  throw new ArgumentError(`${path}: normalises over axis ${written(axis)}; wgrad has the last axis only.`);
}

function settingFrom(where: string, name: string, value: unknown, note: Notes): unknown {
  if (name === "activation") return activationFrom(where, value);
  if (name.endsWith("_initializer")) return initializerFrom(where, value, note);
  return value;
}

/** "relu", or what Keras 3 writes for a function: { class_name: "function", config: "relu" } */
export function activationFrom(where: string, value: unknown): unknown {
  if (typeof value === "string") return value;
  if (isRecord(value) && typeof value.config === "string") return value.config;
  if (isRecord(value) && typeof value.class_name === "string") return value.class_name;
  throw new ArgumentError(`${where}: ${written(value)} is no name of an activation.`);
}

/** The weights are in the file: an initializer that is unknown only matters to who draws new ones. */
function initializerFrom(where: string, value: unknown, note: Notes): unknown {
  const named = isRecord(value) && typeof value.class_name === "string" ? scaled(value) : value;
  try {
    initializer(named as Parameters<typeof initializer>[0], where);
    return named;
  } catch (cause) {
    if (!(cause instanceof WgradError)) throw cause;
    note(`${where}: ${objectName(value)} is left out: ${cause.message}`);
    return undefined;
  }
}

const scalings: Readonly<Record<string, string>> = {
  "1 fan_avg uniform": "glorotUniform",
  "1 fan_avg normal": "glorotNormal",
  "2 fan_in uniform": "heUniform",
  "2 fan_in normal": "heNormal",
  "1 fan_in uniform": "lecunUniform",
  "1 fan_in normal": "lecunNormal",
};

/** The description without its seed; VarianceScaling by the name of its rule. */
function scaled(value: Readonly<Record<string, unknown>>): unknown {
  const { seed: _, ...config } = isRecord(value.config) ? value.config : {};
  if (value.class_name !== "VarianceScaling") return { class_name: value.class_name, config };
  const { scale = 1, mode = "fan_in", distribution = "truncated_normal" } = config;
  const kind = String(distribution).replace(/^(un)?truncated_/, "");
  const name = scalings[`${Number(scale)} ${String(mode)} ${kind}`];
  if (!name) return { class_name: "VarianceScaling", config };
  return distribution === "untruncated_normal" ? { name, rule: "normal" } : { name };
}

export function objectName(value: unknown): string {
  return isRecord(value) && typeof value.class_name === "string" ? value.class_name : written(value);
}
