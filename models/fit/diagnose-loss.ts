/** @file Where a loss that is not finite came from when all outputs are finite, and gradients when the loss is. */

import { gradients } from "../../engine/autodiff/tape.ts";
import { indexOfNotFinite } from "../../engine/host-values.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Batches } from "../data/batches.ts";
import type { Session } from "./session.ts";
import { forwardPass } from "./step.ts";

/** What was found. */
export interface Cause {
  /** what is not finite: loss, or gradient where the loss is finite */
  readonly subject: "loss" | "gradient";
  readonly text: string;
  /** numbers grew too large in training, so smaller steps may help */
  readonly grew: boolean;
}

/** Samples `first` to `first + size` (exclusive) of a batch. */
export interface Part {
  readonly first: number;
  readonly size: number;
  readonly batchSize: number;
}

/** Where the first value that is not finite is, and which it is; undefined if all are finite. */
export function firstNotFinite(values: ArrayLike<number>): { index: number; value: number } | undefined {
  const index = indexOfNotFinite(values);
  return index === -1 ? undefined : { index, value: values[index]! };
}

/** `outputs` are those of the model, finite all. */
export async function badLoss(
  session: Session,
  batches: Batches,
  part: Part,
  outputs: readonly Tensor[],
): Promise<Cause | undefined> {
  const { engine, step, objective } = session;
  const loss = engine.scope(() =>
    engine.useStep(step, () => objective.losses(outputs, batches.batch(part.size), part.batchSize).total),
  );
  const [value] = (await loss.data()) as Float32Array;
  engine.scopes.discard(loss);
  if (Number.isFinite(value)) return undefined;
  for (const [i, { loss: kind, name }] of objective.heads.entries()) {
    const row = kind.name.endsWith("categorical_crossentropy") ? await rowWithoutSum(outputs[i]!) : undefined;
    if (row === undefined) continue;
    const text =
      `the outputs of ${name} for sample ${part.first + row + 1} of the batch sum to 0, and ${kind.name} divides by that ` +
      "sum: it needs probabilities, as softmax gives";
    return { subject: "loss", text, grew: false };
  }
  return { subject: "loss", text: `every layer's output is finite, but the loss is ${value}`, grew: true };
}

async function rowWithoutSum(outputs: Tensor): Promise<number | undefined> {
  const values = (await outputs.data()) as Float32Array;
  const [rows, width] = [outputs.shape[0]!, outputs.shape.at(-1)!];
  for (let start = 0; start < values.length; start += width) {
    const sum = values.subarray(start, start + width).reduce((total, value) => total + value, 0);
    if (sum === 0) return Math.floor((start * rows) / values.length);
  }
  return undefined;
}

/** The gradient that is the first not to be finite, from the loss backwards. */
export async function badGradient(
  session: Session,
  batches: Batches,
  part: Part,
  outputs: readonly Tensor[],
): Promise<Cause | undefined> {
  const { engine, step, objective, model, state, lossScale } = session;
  const { size, batchSize, first } = part;
  const take = (body: () => Tensor, sources: readonly Tensor[]) =>
    engine.scope(() => engine.useStep(step, () => gradients(engine, body, sources).gradients));
  const constants = outputs.map((output) => engine.scope(() => engine.keep(output.view(output.shape))));
  const slopes = take(() => objective.losses(constants, batches.batch(size), batchSize).total, constants);
  const names = objective.heads.map(({ name }) => name);
  let cause: Cause | undefined;
  for (const [i, slope] of slopes.entries()) {
    const found = cause ? undefined : await findIn(slope);
    if (found) {
      const each = slope.size / slope.shape[0]!;
      const place = `sample ${first + Math.floor(found.index / each) + 1} of the batch, value ${(found.index % each) + 1}`;
      cause = causeOf(
        `the gradient of the loss for the output ${names[i]} is ${found.value} in ${place}`,
        found.value,
      );
    }
    engine.scopes.discard(slope);
    constants[i]!.dispose();
  }
  if (cause) return cause;
  const options = { training: true, batchSize, first: first === 0, mixed: lossScale !== undefined };
  const { sources } = state;
  const results = take(() => forwardPass(session, batches.batch(size), options).loss, sources);
  const byTensor = new Map(model.weights.map(({ path, variable }) => [variable.tensor, path]));
  for (const [i, gradient] of [...results.entries()].reverse()) {
    const found = cause ? undefined : await findIn(gradient);
    if (found) {
      const path = byTensor.get(sources[i]!) ?? "a weight";
      const text = `every layer's output and the loss are finite, but the gradient of ${path}[${found.index}] is ${found.value}`;
      cause = causeOf(
        i === sources.length - 1 ? text : `${text}; those of the weights behind it are finite`,
        found.value,
      );
    }
    engine.scopes.discard(gradient);
  }
  return cause;
}

async function findIn(tensor: Tensor) {
  return firstNotFinite((await tensor.data()) as Float32Array);
}

function causeOf(text: string, value: number): Cause {
  return { subject: "gradient", text, grew: !Number.isNaN(value) };
}
