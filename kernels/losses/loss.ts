/** @file What all losses share: options, the mean over samples, shader constants. */
import { requireTensors } from "../../engine/arguments.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import type { Output, RunOptions } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Constants } from "../../engine/shader.ts";
import { aliasOf, type OpEngine, type Tensor } from "../../engine/tensor.ts";
import { mul } from "../elementwise/binary.ts";
import { reduceBlock } from "../reduce/block.ts";
import { loadsAhead } from "../runs.ts";

/** The scalar that a loss returns is sum over samples of weight * loss, divided by `divisor`. */
export interface LossOptions {
  /** [n], one factor per sample; 1 unless given. No gradient flows into it. */
  readonly weights?: Tensor;
  /** n unless given; the size of the whole batch when the samples at hand are a micro-batch of it */
  readonly divisor?: number;
  /** [n], receives the loss of each sample, without its weight: for metrics */
  readonly perSample?: Tensor;
}

const workgroup = 64;

/** The bounds that Keras clips probabilities to: the float32 neighbours of 1e-7 and 1 - 1e-7. */
export const probabilityClip = [Math.fround(1e-7), 1 - 2 ** -23] as const;

/** Throws ArgumentError unless all tensors are there, on one engine, and the options are those of a loss. */
export function requireLossArguments(
  op: string,
  tensors: Readonly<Record<string, Tensor>>,
  options: LossOptions,
): void {
  checkOptionNames(op, options, { weights: true, divisor: true, perSample: true });
  const { weights, perSample } = options;
  requireTensors(op, tensors, { weights, perSample });
}

/** Checks the options against the number of samples. */
export function checkOptions(
  op: string,
  samples: number,
  { weights, divisor = samples, perSample }: LossOptions,
): void {
  const usable = () => divisor > 0 && Number.isFinite(Math.fround(1 / Number(divisor)));
  checkOption(op, "divisor", divisor, usable, "a positive number");
  for (const [name, tensor] of Object.entries({ weights, perSample })) {
    if (!tensor || (tensor.size === samples && tensor.dtype === "f32")) continue;
    const found = `${formatShape(tensor.shape)} ${tensor.dtype}`;
    throw new ShapeError(`${op}: ${name} must be [${samples}] f32, one per sample, got ${found}.`);
  }
}

/** The scalar: the weighted sum over samples, in a fixed order, over the divisor. */
function meanOf(perSample: Tensor, options: LossOptions): Tensor {
  const { weights, divisor = perSample.size } = options;
  const flat = aliasOf(perSample, [perSample.size]);
  const losses = weights ? mul(flat, aliasOf(weights, flat.shape)) : flat;
  const block = { outer: 1, length: losses.size, inner: 1 };
  return reduceBlock(losses, block, { operation: "sum", scale: 1 / divisor }, []);
}

/** How a forward kernel runs, and how its scalar is made. */
export interface LossLaunch {
  readonly options: RunOptions;
  /** inputs and outputs that all forward kernels have */
  readonly inputs: { readonly weights: Tensor };
  readonly outputs: { readonly loss: Output; readonly batch_loss: Output };
  /** the scalar, from what the kernel wrote */
  readonly scalar: (written: { readonly loss: Tensor; readonly batch_loss: Tensor }) => Tensor;
}

/** What a forward kernel works on: `samples` of `length` values each, of which it loads `width` at a time. */
export interface LossSizes {
  readonly samples: number;
  readonly length: number;
  readonly width?: number;
  readonly constants: Constants;
}

/** A single workgroup adds up the scalar itself; else another dispatch does. */
export function lossLaunch(
  engine: OpEngine,
  { samples, length, width = 1, constants }: LossSizes,
  options: LossOptions,
): LossLaunch {
  const lanes = lanesFor(engine, length);
  const { weights, divisor = samples } = options;
  const whole = lanes === 1 && samples <= workgroup;
  const total = whole ? { TOTAL: true, SCALE: 1 / divisor, WEIGHTED: weights !== undefined } : {};
  return {
    options: {
      constants: { ...constants, LANES: lanes, AHEAD: loadsAhead(engine, length / width / lanes), ...total },
      invocations: samples * lanes,
    },
    inputs: { weights: weights ?? engine.one },
    outputs: { loss: options.perSample ?? [samples], batch_loss: whole ? [] : [1] },
    scalar: (written) => (whole ? written.batch_loss : meanOf(written.loss, options)),
  };
}

/** Constants of the backward kernels: what the gradient of a sample's loss is multiplied with. */
export function gradientConstants(samples: number, { weights, divisor = samples }: LossOptions) {
  return { FACTOR: 1 / divisor, WEIGHTED: weights !== undefined };
}

/** Invocations that share a sample of `length` values: one, or a workgroup where rows are long. */
function lanesFor(engine: OpEngine, length: number): 1 | 64 {
  return length <= (engine.adapter.software ? 2048 : 32) ? 1 : workgroup;
}
