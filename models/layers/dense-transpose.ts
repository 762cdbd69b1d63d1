/** @file DenseTranspose: a dense layer that uses the kernel of another one transposed, with a bias of its own. */

import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { dense } from "../../kernels/dense/dense.ts";
import { type ActivationChoice, activate, fuse, outputType } from "../activations.ts";
import { type InitializerChoice, zeros } from "../initializers.ts";
import type { RegularizerChoice } from "../regularizers.ts";
import { DenseLayer } from "./dense.ts";
import {
  type BorrowedVariable,
  type CallContext,
  type HalfSupport,
  Layer,
  type LayerOptions,
} from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** Options of DenseTranspose(). */
export interface DenseTransposeOptions extends LayerOptions {
  readonly activation?: ActivationChoice;
  readonly biasInitializer?: InitializerChoice;
  readonly biasRegularizer?: RegularizerChoice;
}

export class DenseTransposeLayer extends Layer {
  static override readonly positional = ["tied"];
  readonly className = "DenseTranspose";
  readonly activation: ActivationChoice;
  /** whose kernel it uses; that layer owns it, and the gradients of both uses add up */
  readonly tied: DenseLayer;
  readonly #options: DenseTransposeOptions;

  constructor(tied: DenseLayer, options: DenseTransposeOptions = {}) {
    super(
      layerOptions("DenseTranspose", options, {
        activation: true,
        biasInitializer: true,
        biasRegularizer: true,
      }),
    );
    const { activation = "linear" } = options;
    if (!(tied instanceof DenseLayer)) {
      throw new ArgumentError(`DenseTranspose: must be tied to a Dense layer, got ${written(tied)}.`);
    }
    this.activation = activation;
    this.tied = tied;
    this.#options = options;
  }

  protected override createVariables(): void {
    const { biasInitializer = zeros(), biasRegularizer } = this.#options;
    const shape = [this.tied.kernel.shape[0]!];
    this.addVariable("bias", shape, biasInitializer, { regularizer: biasRegularizer });
  }

  override get borrowed(): readonly BorrowedVariable[] {
    return [{ owner: this.tied, variable: this.tied.kernel }];
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const { front, features } = this.singleByFeatures(inputs);
    const [outputs, units] = this.tied.kernel.shape as [number, number];
    if (features !== units) {
      const kernel = `${this.tied.name || "Dense"} with the kernel ${formatShape([outputs, units])} (in,out)`;
      throw new ShapeError(
        `${this.label}: is tied to ${kernel}: expects [..., ${units}], got ${formatShape(inputs[0]!)}.`,
      );
    }
    return [...front, outputs];
  }

  override get half(): HalfSupport {
    return "takes";
  }

  call(inputs: readonly Tensor[], { mixed }: CallContext): Tensor {
    const { fused, rest } = fuse(this.activation);
    const bias = this.variable("bias").tensor;
    const options = { bias, activation: fused, transposeKernel: true, dtype: outputType(mixed, rest) };
    return activate(dense(this.single(inputs), this.tied.kernel.tensor, options), rest);
  }
}

/** Géron's DenseTranspose(dense): activation(x transposed(kernel of dense) + own bias), for tied autoencoders. */
export function DenseTranspose(tied: DenseLayer, options: DenseTransposeOptions = {}): DenseTransposeLayer {
  return new DenseTransposeLayer(tied, options);
}
