/** @file The model that saved data describe. */
import { ArgumentError, nearest } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import { type LayerConfig, replaceIn } from "../layers/config.ts";
import * as exported from "../layers/index.ts";
import { Layer, type LayerClass } from "../layers/layer.ts";
import { Model } from "../model.ts";
import { isRecord, ownEntry } from "../records.ts";
import { Sequential } from "../sequential.ts";

/** Classes by the class names of their layers. */
export type LayerClasses = Readonly<Record<string, LayerClass>>;

/** The model that the data describe. Throws ArgumentError for a layer that is not known, or settings that it refuses. */
export function modelFrom(layers: unknown, own: LayerClasses): Model {
  if (!Array.isArray(layers) || layers.length === 0)
    throw new ArgumentError(`its layers are ${written(layers)}, a list is expected.`);
  const made: Layer[] = [];
  for (const record of layers as unknown[]) made.push(layerFrom(record, made, own));
  const model = made.at(-1)!;
  if (model instanceof Model) return model;
  throw new ArgumentError(`its last layer is a ${model.className}, a model is expected.`);
}

function layerFrom(record: unknown, before: readonly Layer[], own: LayerClasses): Layer {
  const { className, config, builtFor } = isRecord(record) ? record : {};
  if (typeof className !== "string" || !isRecord(config))
    throw new ArgumentError(`a layer is described by ${written(record)}.`);
  const settings = replaceIn(config, (value) => {
    if (!isRecord(value) || !("$layer" in value)) return undefined;
    const layer = before[value.$layer as number];
    if (!layer)
      throw new ArgumentError(
        `a ${className} refers to the layer ${written(value.$layer)}, which is not before it.`,
      );
    return { value: layer };
  });
  const layer: unknown = classNamed(className, own).fromConfig(settings as LayerConfig);
  if (!(layer instanceof Layer))
    throw new ArgumentError(`${className}.fromConfig() must return a layer, got ${written(layer)}.`);
  if (builtFor !== undefined) layer.build(shapesOf(className, builtFor));
  return layer;
}

function shapesOf(className: string, builtFor: unknown): readonly Shape[] {
  const isShape = (shape: unknown) =>
    Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size));
  if (Array.isArray(builtFor) && builtFor.every(isShape)) return builtFor;
  throw new ArgumentError(`a ${className} was built for ${written(builtFor)}, shapes are expected.`);
}

/** The class of the layers of that name: one's own, or one that wgrad exports. */
function classNamed(className: string, own: LayerClasses): LayerClass {
  const found = ownEntry(own, className) ?? layerClasses().get(className);
  if (found) return found;
  const near = nearest(className, [...Object.keys(own), ...layerClasses().keys()]);
  const hint = near ? ` Did you mean ${near}?` : "";
  throw new ArgumentError(
    `there is no layer class ${className}.${hint} A class of your own is given by loadModel(path, { layers: { ${className} } }).`,
  );
}

/** Every class of layers that wgrad exports, by the class name of its layers: DenseLayer is Dense, InputLayer keeps its name. */
export function layerClasses(): ReadonlyMap<string, LayerClass> {
  const classes = new Map<string, LayerClass>(Object.entries({ Model, Sequential }));
  for (const [name, value] of Object.entries(exported)) {
    if (!isLayerClass(value) || (value as unknown) === Layer) continue;
    classes.set(name === "InputLayer" ? name : name.replace(/Layer$/, ""), value);
  }
  return classes;
}

function isLayerClass(value: unknown): value is LayerClass {
  return typeof value === "function" && (value.prototype as unknown) instanceof Layer;
}
