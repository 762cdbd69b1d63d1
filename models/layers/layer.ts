/** @file What a layer is: it owns variables, knows its output shape, and computes outputs from inputs. */
import { ArgumentError, formatShape, ShapeError, WgradError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Initializer } from "../initializers.ts";
import { SymbolicTensor } from "../symbolic.ts";
import { Variable } from "../variable.ts";

export interface LayerOptions {
  /** unique in its model; `conv2d_1`, `dense_2`, ... unless given */
  readonly name?: string;
  /** false freezes the layer's weights */
  readonly trainable?: boolean;
}

/** What a layer may want to know when it computes. */
export interface CallContext {
  /** true while training: dropout drops, batch normalisation uses batch statistics */
  readonly training: boolean;
  /** number of the random stream of this call: its own for every use of a layer in a model */
  readonly stream: number;
}

/** Base of all layers. Shapes given to and returned by layers have no batch axis; tensors have it first. */
export abstract class Layer {
  /** Keras's class name: Conv2D, Dense, ... */
  abstract readonly className: string;
  name: string;
  trainable: boolean;
  readonly variables: Variable[] = [];
  #inputShapes: readonly Shape[] | undefined;

  constructor(options: LayerOptions = {}) {
    this.name = options.name ?? "";
    this.trainable = options.trainable ?? true;
  }

  /** Shape of the output, without the batch axis. Throws ShapeError for inputs the layer cannot take. */
  abstract outputShape(inputs: readonly Shape[]): Shape;

  /** Computes the output. */
  abstract call(inputs: readonly Tensor[], context: CallContext): Tensor;

  /** Creates the variables for these input shapes; layers without weights need not override it. */
  protected createVariables(_inputs: readonly Shape[]): void {}

  /** Builds the layer once; a second use must have the same input shapes if the layer has weights. */
  build(inputs: readonly Shape[]): void {
    if (this.#inputShapes === undefined) {
      this.createVariables(inputs);
      this.#inputShapes = inputs;
    }
  }

  /** Uses the layer on symbolic inputs: the functional API. */
  apply(input: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    const inputs = input instanceof SymbolicTensor ? [input] : [...input];
    const shapes = inputs.map(({ shape }) => shape);
    this.build(shapes);
    return new SymbolicTensor(this.outputShape(shapes), this, inputs);
  }

  /** Number of weights, trainable or not. */
  get parameterCount(): number {
    return this.variables.reduce((sum, { size }) => sum + size, 0);
  }

  protected addVariable(name: string, shape: Shape, initializer: Initializer, trainable = true): Variable {
    const variable = new Variable(name, shape, initializer, trainable);
    this.variables.push(variable);
    return variable;
  }

  /** The only input. Throws ArgumentError if there are several. */
  protected single<T>(inputs: readonly T[]): T {
    if (inputs.length !== 1) {
      throw new ArgumentError(`${this.label}: takes one input, got ${inputs.length}.`);
    }
    return inputs[0]!;
  }

  /** The only input shape, which must have `rank` axes; `layout` explains them. */
  protected singleOfRank(inputs: readonly Shape[], rank: number, layout: string): Shape {
    const shape = this.single(inputs);
    if (shape.length !== rank) {
      throw new ShapeError(
        `${this.label}: expects inputs ${layout}, got ${formatShape(shape)} (without the batch axis).`,
      );
    }
    return shape;
  }

  protected variable(name: string): Variable {
    const found = this.variables.find((variable) => variable.name === name);
    if (!found) throw new WgradError(`${this.label} has no weight ${name} yet: it was not built.`);
    return found;
  }

  protected get label(): string {
    return this.name || this.className;
  }
}
