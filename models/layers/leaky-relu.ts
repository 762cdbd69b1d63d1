/** @file LeakyReLU and PReLU: a slope below 0 too, a constant or learnt. */
import { ShapeError } from "../../engine/errors.ts";
import { checkOption, written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { cast, leakyRelu, mul, neg, type RealType, relu, sub } from "../../kernels/elementwise/index.ts";
import { type InitializerChoice, zeros } from "../initializers.ts";
import type { RegularizerChoice } from "../regularizers.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** Options of LeakyReLU(). */
export interface LeakyReLUOptions extends LayerOptions {
  /** slope below 0; Keras 2 called it alpha. Default 0.3 */
  readonly negativeSlope?: number;
}

export class LeakyReLULayer extends Layer {
  static override readonly positional = [];
  readonly className = "LeakyReLU";
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super(layerOptions("LeakyReLU", options, { negativeSlope: true }));
    const { negativeSlope = 0.3 } = options;
    checkOption("LeakyReLU", "negativeSlope", negativeSlope, () => negativeSlope >= 0, "0 or more");
    this.negativeSlope = negativeSlope;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.single(inputs);
  }

  call(inputs: readonly Tensor[]): Tensor {
    return leakyRelu(this.single(inputs), this.negativeSlope);
  }
}

/** Keras's LeakyReLU(): x where x > 0, else negativeSlope * x. */
export function LeakyReLU(options: LeakyReLUOptions = {}): LeakyReLULayer {
  return new LeakyReLULayer(options);
}

/** Options of PReLU(), by Keras's names. */
export interface PReLUOptions extends LayerOptions {
  readonly alphaInitializer?: InitializerChoice;
  readonly alphaRegularizer?: RegularizerChoice;
  /** axes along which one slope serves, 1 the first after the batch: [1, 2] gives an image one slope per channel */
  readonly sharedAxes?: readonly number[];
}

export class PReLULayer extends Layer {
  static override readonly positional = [];
  readonly className = "PReLU";
  readonly #options: PReLUOptions;

  constructor(options: PReLUOptions = {}) {
    super(
      layerOptions("PReLU", options, { alphaInitializer: true, alphaRegularizer: true, sharedAxes: true }),
    );
    this.#options = options;
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const { alphaInitializer = zeros(), alphaRegularizer } = this.#options;
    this.addVariable("alpha", this.#alphaShape(this.single(inputs)), alphaInitializer, {
      regularizer: alphaRegularizer,
    });
  }

  #alphaShape(input: Shape): Shape {
    const { sharedAxes = [] } = this.#options;
    const isAxis = (axis: unknown) =>
      Number.isInteger(axis) && (axis as number) >= 1 && (axis as number) <= input.length;
    if (!Array.isArray(sharedAxes) || !sharedAxes.every(isAxis)) {
      throw new ShapeError(
        `${this.label}: sharedAxes must be a list of axes from 1 to ${input.length}, got ${written(sharedAxes)}.`,
      );
    }
    return input.map((size, i) => (sharedAxes.includes(i + 1) ? 1 : size));
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.single(inputs);
  }

  call(inputs: readonly Tensor[]): Tensor {
    const x = this.single(inputs);
    const slope = this.variable("alpha").tensor; // f32
    return cast(sub(relu(x), mul(relu(neg(x)), slope)), x.dtype as RealType);
  }
}

/** Keras's PReLU(): x where x > 0, else alpha * x with a learnt alpha for each place (He et al. 2015), 0 at first. */
export function PReLU(options: PReLUOptions = {}): PReLULayer {
  return new PReLULayer(options);
}
