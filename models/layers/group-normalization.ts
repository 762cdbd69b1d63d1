/** @file GroupNormalization: groups of channels of every sample with mean 0 and variance 1, then scaled and shifted. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkOption, written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import {
  add,
  addScalar,
  cast,
  div,
  mul,
  type RealType,
  sqrt,
  square,
  sub,
} from "../../kernels/elementwise/index.ts";
import { mean } from "../../kernels/reduce/index.ts";
import { reshape } from "../../kernels/shape/reshape.ts";
import { type InitializerChoice, ones, zeros } from "../initializers.ts";
import type { RegularizerChoice } from "../regularizers.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions, type OwnOptionNames } from "./layer-options.ts";

/** Options of GroupNormalization(), by Keras's names. */
export interface GroupNormalizationOptions extends LayerOptions {
  /** number of groups; -1: every channel is one (instance normalisation). Default 32 */
  readonly groups?: number;
  /** added to the variance. Default 0.001 */
  readonly epsilon?: number;
  /** add the learnt beta. Default true */
  readonly center?: boolean;
  /** multiply by the learnt gamma. Default true */
  readonly scale?: boolean;
  readonly betaInitializer?: InitializerChoice;
  readonly gammaInitializer?: InitializerChoice;
  readonly betaRegularizer?: RegularizerChoice;
  readonly gammaRegularizer?: RegularizerChoice;
}

const ownOptions: OwnOptionNames<GroupNormalizationOptions> = {
  groups: true,
  epsilon: true,
  center: true,
  scale: true,
  betaInitializer: true,
  gammaInitializer: true,
  betaRegularizer: true,
  gammaRegularizer: true,
};

export class GroupNormalizationLayer extends Layer {
  static override readonly positional = [];
  readonly className = "GroupNormalization";
  readonly #options: GroupNormalizationOptions;

  constructor(options: GroupNormalizationOptions = {}) {
    super(layerOptions("GroupNormalization", options, ownOptions));
    const { groups = 32, epsilon = 1e-3 } = options;
    if (!Number.isInteger(groups) || (groups < 1 && groups !== -1)) {
      throw new ArgumentError(
        `GroupNormalization: groups must be a positive integer or -1, got ${written(groups)}.`,
      );
    }
    checkOption("GroupNormalization", "epsilon", epsilon, () => epsilon >= 0, "0 or more");
    this.#options = options;
  }

  /** Throws ShapeError unless the channels fall into groups. */
  #groups(shape: Shape): { readonly groups: number; readonly channels: number } {
    const channels = shape.at(-1);
    const { groups: given = 32 } = this.#options;
    const groups = given === -1 ? (channels ?? 1) : given;
    if (channels !== undefined && channels % groups === 0) return { groups, channels };
    throw new ShapeError(
      `${this.label}: ${groups} groups cannot share the channels of ${formatShape(shape)} evenly.`,
    );
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const { channels } = this.#groups(this.single(inputs));
    const {
      center = true,
      scale = true,
      gammaInitializer = ones(),
      betaInitializer = zeros(),
    } = this.#options;
    const { gammaRegularizer, betaRegularizer } = this.#options;
    if (scale) this.addVariable("gamma", [channels], gammaInitializer, { regularizer: gammaRegularizer });
    if (center) this.addVariable("beta", [channels], betaInitializer, { regularizer: betaRegularizer });
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const shape = this.single(inputs);
    this.#groups(shape);
    return shape;
  }

  call(inputs: readonly Tensor[]): Tensor {
    const given = this.single(inputs); // [n, ..., c]
    const x = cast(given, "f32"); // squares of f16 would overflow
    const { center = true, scale = true, epsilon = 1e-3 } = this.#options;
    const { groups, channels } = this.#groups(x.shape.slice(1));
    const places = sizeOf(x.shape.slice(1, -1));
    const grouped = reshape(x, [x.shape[0]!, places, groups, channels / groups]); // [n, places, groups, c of the group]
    const over = { axes: [1, 3], keepDims: true };
    const centred = sub(grouped, mean(grouped, over));
    const variance = mean(square(centred), over);
    const normal = reshape(div(centred, sqrt(addScalar(variance, epsilon))), x.shape);
    const scaled = scale ? mul(normal, this.variable("gamma").tensor) : normal;
    const shifted = center ? add(scaled, this.variable("beta").tensor) : scaled;
    return cast(shifted, given.dtype as RealType);
  }
}

/** Keras's GroupNormalization(groups = 32): over the last axis (Wu and He 2018), the same in training and inference. */
export function GroupNormalization(options: GroupNormalizationOptions = {}): GroupNormalizationLayer {
  return new GroupNormalizationLayer(options);
}
