/** @file Variables: the weights of layers. Their values live in flat GPU buffers once a model is built on an engine. */
import { ArgumentError, formatShape, ShapeError, WgradError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import type { Initializer } from "./initializers.ts";
import type { Regularizer } from "./regularizers.ts";

export interface VariableOptions {
  /** false for moving statistics: never touched by an optimizer */
  readonly trainable?: boolean;
  /** penalty that is added to the loss */
  readonly regularizer?: Regularizer | undefined;
}

export class Variable {
  /** Keras's name within the layer: kernel, bias, gamma, beta, moving_mean, moving_variance */
  readonly name: string;
  readonly shape: Shape;
  readonly trainable: boolean;
  readonly regularizer: Regularizer | undefined;
  #initializer: Initializer;
  /** view of a flat buffer, set when a model is built on an engine */
  #tensor: Tensor | undefined;
  /** stores that use the values: models that share the variable */
  #holders = 0;

  constructor(name: string, shape: Shape, initializer: Initializer, options: VariableOptions = {}) {
    this.name = name;
    this.shape = shape;
    this.trainable = options.trainable ?? true;
    this.regularizer = options.regularizer;
    this.#initializer = initializer;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get initializer(): Initializer {
    return this.#initializer;
  }

  get built(): boolean {
    return this.#tensor !== undefined;
  }

  /** Number of stores that use the values. */
  get holders(): number {
    return this.#holders;
  }

  get tensor(): Tensor {
    if (!this.#tensor)
      throw new WgradError(`The weight ${this.name} has no values yet: await model.compile() first.`);
    return this.#tensor;
  }

  /**
   * Sets the values, or those to start from if no model is built; `label` names the weight in errors.
   * Throws ShapeError if their number is wrong. Weights of a run that diverged may be read: fit() names what is not finite.
   */
  write(values: Float32Array, label: string): void {
    this.check(values, label);
    const tensor = this.#tensor;
    if (tensor) tensor.engine.upload(tensor, values);
    else {
      const copy = values.slice();
      this.#initializer = () => copy;
    }
  }

  async read(): Promise<Float32Array> {
    return (await this.tensor.data()) as Float32Array;
  }

  /** Attaches the storage; only the parameter store calls this. */
  attach(tensor: Tensor): void {
    this.#tensor = tensor;
  }

  /** One more store uses the values. */
  retain(): void {
    this.#holders++;
  }

  /** One store less; the last one frees the storage. */
  release(): void {
    if (--this.#holders > 0) return;
    this.#tensor?.dispose();
    this.#tensor = undefined;
  }

  /** Throws ArgumentError for anything but a Float32Array, ShapeError for a wrong number of values. */
  check(values: Float32Array, label: string): void {
    if (!(values instanceof Float32Array)) {
      throw new ArgumentError(`${label}: the values must be a Float32Array, got ${written(values)}.`);
    }
    if (values.length === this.size) return;
    const shape = formatShape(this.shape);
    throw new ShapeError(`${label}: ${values.length} values for a weight of shape ${shape} (${this.size}).`);
  }
}

/** Values by name. All copies are encoded before the first is awaited, so no training step comes between them. */
export async function readTogether(
  variables: readonly (readonly [string, Variable])[],
): Promise<Map<string, Float32Array>> {
  const values = await Promise.all(variables.map(([, variable]) => variable.read()));
  return new Map(variables.map(([name], i) => [name, values[i]!]));
}

/** Throws ArgumentError unless `values` are weights by name. */
export function requireMap(what: string, values: unknown): asserts values is ReadonlyMap<string, unknown> {
  if (values instanceof Map) return;
  throw new ArgumentError(
    `${what}: the weights must be a Map of Float32Arrays by name, got ${written(values)}.`,
  );
}
