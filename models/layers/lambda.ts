/** @file Lambda: a function of tensors as a layer. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { checkFunction, written } from "../../engine/options.ts";
import { checkShape, type Shape, sameShape } from "../../engine/shape.ts";
import { Tensor } from "../../engine/tensor.ts";
import { Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** From one input, or a list of several, each [n, ...]; ops on them are differentiated. */
export type LambdaFunction = (inputs: Tensor & readonly Tensor[]) => Tensor;

/** Options of Lambda(). */
export interface LambdaOptions extends LayerOptions {
  /** shape of the output without the batch axis, or a function of those of the inputs; that of the first input unless given */
  readonly outputShape?: Shape | ((inputs: readonly Shape[]) => Shape);
  /** true if what a sample gives depends on the other samples of its batch: then batches are not split. Default false */
  readonly crossesSamples?: boolean;
}

export class LambdaLayer extends Layer {
  static override readonly positional = ["compute"];
  readonly className = "Lambda";
  readonly compute: LambdaFunction;
  readonly #options: LambdaOptions;

  constructor(compute: LambdaFunction, options: LambdaOptions = {}) {
    super(layerOptions("Lambda", options, { outputShape: true, crossesSamples: true }));
    checkFunction("Lambda", "the first argument", compute);
    const { outputShape } = options;
    if (outputShape !== undefined && typeof outputShape !== "function")
      checkShape(outputShape, "Lambda: outputShape");
    this.compute = compute;
    this.#options = options;
  }

  override crossesSamples(): boolean {
    return this.#options.crossesSamples ?? false;
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const { outputShape = inputs[0] ?? [] } = this.#options;
    if (typeof outputShape !== "function") return outputShape;
    const shape = outputShape(inputs);
    checkShape(shape, `${this.label}: outputShape`);
    return shape;
  }

  /** compile() runs it on shapes alone, so that a wrong output shape is said there. */
  call(inputs: readonly Tensor[]): Tensor {
    const given = inputs.length === 1 ? inputs[0]! : inputs;
    const y: unknown = this.compute(given as Tensor & readonly Tensor[]);
    if (!(y instanceof Tensor))
      throw new ShapeError(`${this.label}: the function must return a tensor, got ${written(y)}.`);
    const [batch, ...shape] = [
      inputs[0]!.shape[0]!,
      ...this.outputShape(inputs.map((x) => x.shape.slice(1))),
    ];
    if (sameShape(y.shape, [batch, ...shape])) return y;
    throw new ShapeError(
      `${this.label}: the function gives ${formatShape(y.shape)}, ${formatShape([batch, ...shape])} is expected. Say what it ` +
        "gives without the batch axis: Lambda(f, { outputShape: [...] }).",
    );
  }
}

/** Keras's Lambda(function): `Lambda((x) => square(x))`. It cannot be saved; a layer of one's own can. */
export function Lambda(compute: LambdaFunction, options: LambdaOptions = {}): LambdaLayer {
  return new LambdaLayer(compute, options);
}
