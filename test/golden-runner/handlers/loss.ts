/** @file Kind loss: the scalar, the loss of each sample, and the gradient of the scalar. */
import { type Engine, sizeOf, type Tensor } from "../../../engine/index.ts";
import {
  categoricalCrossentropy,
  type LossOptions,
  l1l2Penalty,
  type PointwiseRow,
  pointwiseTable,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
} from "../../../kernels/losses/index.ts";
import { reshape } from "../../../kernels/shape/index.ts";
import { Attributes } from "../attributes.ts";
import type { GoldenCase } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";
import { type Inputs, runWithGradients, uploadInputs } from "./differentiate.ts";

type Loss = (inputs: Inputs, attrs: Attributes, options: LossOptions) => Tensor;

/** Rows of the table of pointwise losses, by each of Keras's names. */
const pointwiseLosses = Object.fromEntries(
  Object.values<PointwiseRow>(pointwiseTable).flatMap(({ op, names }) =>
    names.map((name): [string, Loss] => [
      name,
      ({ pred, probs, logits, target }, _, options) => op((pred ?? probs ?? logits)!, target!, options),
    ]),
  ),
);

const losses: Readonly<Record<string, Loss>> = {
  softmax_crossentropy: ({ logits, target }, _, options) => softmaxCrossEntropy(logits!, target!, options),
  categorical_crossentropy: ({ probs, target }, _, options) =>
    categoricalCrossentropy(probs!, target!, options),
  sparse_categorical_crossentropy: ({ probs, target }, _, options) =>
    sparseCategoricalCrossentropy(probs!, target!, options),
  ...pointwiseLosses,
  binary_crossentropy_logits: pointwiseLosses.binary_crossentropy_from_logits!,
  l1_l2_penalty: ({ w }, attrs) => l1l2Penalty(w!, { l1: attrs.number("l1"), l2: attrs.number("l2") }),
};

export function supportsLoss(op: string): boolean {
  return Object.hasOwn(losses, op);
}

export async function runLoss(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const inputs = uploadInputs(golden, engine);
  const attrs = new Attributes(golden);
  const loss = losses[golden.op]!;
  const shape = golden.tensors.get("per_sample")?.shape;
  const compute = () => {
    const outputs = { loss: loss(inputs, attrs, {}) };
    if (!shape) return outputs;
    const perSample = engine.zeros([sizeOf(shape)]);
    loss(asRows(inputs, perSample.size), attrs, { perSample });
    return { ...outputs, per_sample: perSample };
  };
  const results = await runWithGradients(golden, engine, inputs, compute, (outputs) => outputs.loss!);
  return compareOutputs(golden, results);
}

/** The cases list a loss for each place of all axes but the last: seen as rows, each place is a sample. */
function asRows(inputs: Inputs, rows: number): Inputs {
  const view = (tensor: Tensor) =>
    reshape(tensor, tensor.size === rows && tensor.dtype === "i32" ? [rows] : [rows, -1]);
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, view(tensor)]));
}
