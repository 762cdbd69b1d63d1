/** @file Dense: every output is a weighted sum of all inputs along the last axis. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { dense } from "../../kernels/dense/dense.ts";
import { type ActivationChoice, activate, fuse, outputType } from "../activations.ts";
import { glorotUniform, type InitializerChoice, zeros } from "../initializers.ts";
import type { WeightRegularizers } from "../regularizers.ts";
import type { Variable } from "../variable.ts";
import { type CallContext, type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions, type OwnOptionNames, requireCount } from "./layer-options.ts";

export interface DenseLayerOptions extends LayerOptions, WeightRegularizers {
  readonly activation?: ActivationChoice;
  readonly useBias?: boolean;
  readonly kernelInitializer?: InitializerChoice;
  readonly biasInitializer?: InitializerChoice;
}

const ownOptions: OwnOptionNames<DenseLayerOptions> = {
  activation: true,
  useBias: true,
  kernelInitializer: true,
  biasInitializer: true,
  kernelRegularizer: true,
  biasRegularizer: true,
};

export class DenseLayer extends Layer {
  static override readonly positional = ["units"];
  readonly className = "Dense";
  readonly units: number;
  readonly activation: ActivationChoice;
  readonly #options: DenseLayerOptions;

  constructor(units: number, options: DenseLayerOptions = {}) {
    super(layerOptions("Dense", options, ownOptions));
    requireCount("Dense", "units", units);
    const { activation = "linear" } = options;
    this.units = units;
    this.activation = activation;
    this.#options = options;
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const { useBias = true, kernelInitializer = glorotUniform(), biasInitializer = zeros() } = this.#options;
    const { features } = this.singleByFeatures(inputs);
    const { kernelRegularizer, biasRegularizer } = this.#options;
    const shape = [features, this.units];
    this.addVariable("kernel", shape, kernelInitializer, { regularizer: kernelRegularizer });
    if (useBias) this.addVariable("bias", [this.units], biasInitializer, { regularizer: biasRegularizer });
  }

  /** The kernel [in, out], for layers tied to this one. Throws WgradError until the layer was used. */
  get kernel(): Variable {
    return this.variable("kernel");
  }

  override get half(): HalfSupport {
    return "takes";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return [...this.singleByFeatures(inputs).front, this.units];
  }

  call(inputs: readonly Tensor[], { mixed }: CallContext): Tensor {
    const { fused, rest } = fuse(this.activation);
    const bias = this.variables[1]?.tensor;
    const options = { bias, activation: fused, dtype: outputType(mixed, rest) };
    const y = dense(this.single(inputs), this.variable("kernel").tensor, options);
    return activate(y, rest);
  }
}

/**
 * Keras's Dense(units): activation(x kernel + bias), glorot-uniform kernel, zero bias. Inputs [..., features] of more axes
 * give [..., units] by the same kernel at each place.
 */
export function Dense(units: number, options: DenseLayerOptions = {}): DenseLayer {
  return new DenseLayer(units, options);
}
