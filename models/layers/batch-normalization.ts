/** @file BatchNormalization: every channel with mean 0 and variance 1, then scaled and shifted by learnt numbers. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import {
  type BatchNormOptions,
  batchNorm,
  checkBatchNormOptions,
} from "../../kernels/batch-norm/batch-norm.ts";
import { addScalar } from "../../kernels/elementwise/index.ts";
import { ones, zeros } from "../initializers.ts";
import { type CallContext, type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** Options of BatchNormalization(), by Keras's names. */
export interface BatchNormalizationOptions extends LayerOptions, Omit<BatchNormOptions, "training" | "part"> {
  /** add the learnt beta. Default true */
  readonly center?: boolean;
  /** multiply by the learnt gamma. Default true */
  readonly scale?: boolean;
}

export class BatchNormalizationLayer extends Layer {
  static override readonly positional = [];
  readonly className = "BatchNormalization";
  readonly #options: BatchNormalizationOptions;

  constructor(options: BatchNormalizationOptions = {}) {
    super(
      layerOptions("BatchNormalization", options, {
        momentum: true,
        epsilon: true,
        center: true,
        scale: true,
        movingVarianceRule: true,
      }),
    );
    const { center: _, scale: __, ...own } = options;
    checkBatchNormOptions("BatchNormalization", own);
    this.#options = options;
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const channels = [this.single(inputs).at(-1)!];
    const { center = true, scale = true } = this.#options;
    if (scale) this.addVariable("gamma", channels, ones());
    if (center) this.addVariable("beta", channels, zeros());
    this.addVariable("moving_mean", channels, zeros(), { trainable: false });
    this.addVariable("moving_variance", channels, ones(), { trainable: false });
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  override crossesSamples(training: boolean): boolean {
    return training && this.trainable;
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const shape = this.single(inputs);
    const channels = this.variable("moving_mean").size;
    if (shape.at(-1) !== channels) {
      throw new ShapeError(`${this.label}: was built for ${channels} channels, got ${formatShape(shape)}.`);
    }
    return shape;
  }

  /** Frozen, it uses its moving statistics in training too, and leaves them as they are. */
  call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const { center = true, scale = true } = this.#options;
    const mean = this.variable("moving_mean").tensor;
    const nothing = () => mean.engine.zeros(mean.shape);
    const state = {
      gamma: scale ? this.variable("gamma").tensor : addScalar(nothing(), 1),
      beta: center ? this.variable("beta").tensor : nothing(),
      movingMean: mean,
      movingVariance: this.variable("moving_variance").tensor,
    };
    const training = context.training && this.trainable && !context.frozen;
    const { momentum = 0.99, epsilon = 1e-3, movingVarianceRule = "unbiased" } = this.#options;
    const options = { training, momentum, epsilon, movingVarianceRule, part: context.part };
    return batchNorm(this.single(inputs), state, options);
  }
}

/** Keras's BatchNormalization(): over the last axis, momentum 0.99, epsilon 0.001. */
export function BatchNormalization(options: BatchNormalizationOptions = {}): BatchNormalizationLayer {
  return new BatchNormalizationLayer(options);
}
