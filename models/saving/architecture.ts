/** @file A model's layers as plain data. */
import { ArgumentError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import { type Initializer, initializerConfig } from "../initializers.ts";
import { type LayerConfig, replaceIn } from "../layers/config.ts";
import { Layer } from "../layers/layer.ts";

/** One layer; those that it refers to come before it. */
export interface LayerRecord {
  readonly className: string;
  /** layers stand in it by their numbers, { "$layer": 3 }; initializers by their descriptions */
  readonly config: LayerConfig;
  /** shapes of the inputs that its weights were made for */
  readonly builtFor?: readonly Shape[] | undefined;
}

export interface Architecture {
  /** every layer of the model and of the models within it once, the model itself last */
  readonly layers: readonly LayerRecord[];
  /** what a file cannot hold and the model does without, in words */
  readonly leftOut: readonly string[];
}

/** The layers as data. Throws ArgumentError for a setting that is a function, unless it is an initializer: weights are saved. */
export function architectureOf(model: Layer): Architecture {
  const numbers = new Map<Layer, number>();
  const layers: LayerRecord[] = [];
  const leftOut: string[] = [];
  const numberOf = (layer: Layer): number => {
    const known = numbers.get(layer);
    if (known !== undefined) return known;
    const config = replaceIn(layer.getConfig(), (value, path) => {
      if (value instanceof Layer) return { value: { $layer: numberOf(value) } };
      if (typeof value !== "function") return undefined;
      const place = `${layer.name}: ${path.join(".")}`;
      const description = initializerConfig(value as Initializer);
      if (!description && !path.at(-1)?.endsWith("Initializer")) throw unsaveable(place, layer);
      if (!description) leftOut.push(`${place} is a function of your own: new weights will start by default`);
      return { value: description };
    });
    const { className, builtFor } = layer;
    numbers.set(layer, layers.length);
    layers.push({ className, config: config as LayerConfig, builtFor });
    return numbers.get(layer)!;
  };
  numberOf(model);
  return { layers, leftOut };
}

function unsaveable(place: string, { className }: Layer): ArgumentError {
  return new ArgumentError(
    `save: ${place} of a ${className} is a function, which a file cannot hold. A layer of your own can be saved: a class with ` +
      "`static positional`, given to loadModel(path, { layers }).",
  );
}
