/** @file sequential(): a model whose layers follow one another. */
import { ArgumentError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { InputLayer, input } from "./layers/input.ts";
import { Layer, type LayerOptions } from "./layers/layer.ts";
import { layerOptions } from "./layers/layer-options.ts";
import { Model, type ModelOptions } from "./model.ts";
import type { SymbolicTensor } from "./symbolic.ts";

export class Sequential extends Model {
  override readonly className = "Sequential";

  constructor(options: ModelOptions) {
    super(options);
    if (this.needsName) this.name = "sequential_1";
  }
}

/**
 * Keras's Sequential: `sequential([Input([32, 32, 3]), Conv2D(16, 5), Flatten(), Dense(10)])`. It may start with a model
 * instead of an Input.
 * @throws ArgumentError for another first layer, ShapeError if a layer cannot take the output before it
 */
export function sequential(layers: readonly Layer[], options: LayerOptions = {}): Sequential {
  const isLayer = (layer: unknown) => layer instanceof Layer;
  if (!Array.isArray(layers) || !layers.every(isLayer)) {
    const wrong = Array.isArray(layers) ? layers.find((layer) => !isLayer(layer)) : layers;
    throw new ArgumentError(
      `sequential: needs a list of layers, as Dense(10) makes one; got ${written(wrong)}.`,
    );
  }
  layerOptions("sequential", options, {});
  const [first, ...others] = layers;
  const start =
    first instanceof InputLayer ? first.tensor : first instanceof Model && input(first.inputShape);
  if (!start || others.length === 0) {
    throw new ArgumentError(
      "sequential: the first layer must be Input(shape), e.g. Input([32, 32, 3]), or a model, and others must follow.",
    );
  }
  const rest = first instanceof Model ? layers : others;
  const outputs = rest.reduce<SymbolicTensor>((x, layer) => layer.apply(x), start);
  return new Sequential({ ...options, inputs: start, outputs });
}
