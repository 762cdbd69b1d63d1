/** @file A forward pass with everything that is added up to the loss: losses of the outputs and penalties. */
import type { Tensor } from "../../engine/tensor.ts";
import { add } from "../../kernels/elementwise/index.ts";
import { l1l2Penalty } from "../../kernels/losses/index.ts";
import type { Batch } from "../data/gpu-samples.ts";
import type { Penalties } from "../layers/layer.ts";
import type { Network } from "../network.ts";
import type { Objective } from "../objective/objective.ts";

export interface PassOptions {
  readonly training: boolean;
  /** samples of the whole batch, of which this may be a micro-batch */
  readonly batchSize: number;
  /** penalties on weights count once per batch: with its first micro-batch */
  readonly first: boolean;
  /** activations are f16 */
  readonly mixed?: boolean;
}

export interface Pass {
  /** sum of the losses of these samples over the batch size, and the penalties */
  readonly loss: Tensor;
  readonly outputs: readonly Tensor[];
  /** of a model with several outputs, the loss of each sample by output, [n] each */
  readonly losses: readonly Tensor[];
}

/** Runs the model on a (micro-)batch. Differentiable. */
export function forwardPass(
  { model, objective }: { readonly model: Network; readonly objective: Objective },
  batch: Batch,
  { training, batchSize, first, mixed = false }: PassOptions,
): Pass {
  const penalties: Penalties = { divisor: batchSize, terms: [] };
  const samples = batch.inputs[0]!.shape[0]!;
  const outputs = model.callAll(batch.inputs, {
    training,
    stream: 0,
    part: samples < batchSize ? { first, share: samples / batchSize } : undefined,
    penalties,
    mixed: mixed ? { output: "f32" } : undefined,
  });
  const { total, perOutput } = objective.losses(outputs, batch, batchSize);
  const terms = [total, ...penalties.terms, ...(first ? weightPenalties(model) : [])];
  return { loss: terms.reduce((sum, term) => add(sum, term)), outputs, losses: perOutput };
}

/** Kernel and bias penalties, of every weight once; frozen ones count too, as in Keras. */
function weightPenalties(model: Network): Tensor[] {
  return model.weights.flatMap(({ variable: { regularizer, tensor } }) =>
    regularizer ? [l1l2Penalty(tensor, regularizer)] : [],
  );
}
