/** @file sequential(): a model whose layers follow one another. */
import { ArgumentError } from "../engine/errors.ts";
import { InputLayer } from "./layers/input.ts";
import type { Layer, LayerOptions } from "./layers/layer.ts";
import { Model } from "./model.ts";
import { SymbolicTensor } from "./symbolic.ts";

export class Sequential extends Model {
  override readonly className = "Sequential";
}

/**
 * Keras's Sequential: `sequential([Input([32, 32, 3]), Conv2D(16, 5), Flatten(), Dense(10)])`.
 * @throws ArgumentError if the first layer is no Input, ShapeError if a layer cannot take the output before it
 */
export function sequential(layers: readonly Layer[], options: LayerOptions = {}): Sequential {
  const [first, ...rest] = layers;
  if (!(first instanceof InputLayer) || rest.length === 0) {
    throw new ArgumentError(
      "sequential: the first layer must be Input(shape), e.g. Input([32, 32, 3]), and others must follow.",
    );
  }
  const inputs = new SymbolicTensor(first.shape, first, []);
  const outputs = rest.reduce<SymbolicTensor>((x, layer) => layer.apply(x), inputs);
  return new Sequential({ name: "sequential_1", ...options, inputs, outputs });
}
