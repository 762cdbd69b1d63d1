/** @file sequential(): a model whose layers follow one another. */
import { ArgumentError } from "../engine/errors.ts";
import { copyGraph } from "./clone.ts";
import { InputLayer } from "./layers/input.ts";
import type { Layer, LayerOptions } from "./layers/layer.ts";
import { Model, type ModelOptions } from "./model.ts";
import type { SymbolicTensor } from "./symbolic.ts";

export class Sequential extends Model {
  override readonly className = "Sequential";

  constructor(options: ModelOptions) {
    super(options);
    if (this.needsName) this.name = "sequential_1";
  }

  protected override copy(twinOf: (layer: Layer) => Layer): Sequential {
    return new Sequential(copyGraph(this.graph, twinOf));
  }
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
  const inputs = first.tensor;
  const outputs = rest.reduce<SymbolicTensor>((x, layer) => layer.apply(x), inputs);
  return new Sequential({ ...options, inputs, outputs });
}
