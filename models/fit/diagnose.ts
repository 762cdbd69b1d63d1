/** @file Where a loss or a gradient that is not finite came from: the step is run again, layer by layer. */

import { gradients } from "../../engine/autodiff/tape.ts";
import { NumericError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Batches } from "../data/batches.ts";
import type { Inspect } from "../layers/layer.ts";
import type { Network } from "../network.ts";
import { badGradient, badLoss, type Cause, firstNotFinite, type Part } from "./diagnose-loss.ts";
import { fitMicroBatch } from "./micro-batches.ts";
import type { Session } from "./session.ts";
import { forwardPass } from "./step.ts";

/** Which batch it was, counted from 0. */
export interface BadBatch {
  readonly epoch: number;
  /** within the epoch */
  readonly batch: number;
  /** updates before it */
  readonly step: number;
  readonly batchSize: number;
}

/** Samples that go forward at a time. */
const mostSamples = 64;

/**
 * The weights have not changed since the bad step, because a halted StepState stops updates. So its batch is computed once
 * more, and what is the first not to be finite is named: a weight, the data, a layer's output, the loss, a gradient.
 */
export async function diagnose(session: Session, batches: Batches, bad: BadBatch): Promise<NumericError> {
  const { epoch, batch, step, batchSize } = bad;
  const samples = Math.min(batchSize, batches.count - batch * batchSize);
  const { subject, text, grew } =
    (await badWeight(session)) ?? (await badBatch(session, batches, bad, samples));
  const place = `epoch ${epoch + 1}, batch ${batch + 1} of ${Math.ceil(batches.count / batchSize)} (step ${step})`;
  const half = session.lossScale ? ", or precision float32: f16 ends at 65504" : "";
  return new NumericError(
    `The ${subject} is not finite in ${place}: ${text}. Training stopped before this update; the checkpoint of the last ` +
      `finished epoch is kept.${grew ? ` A smaller learning rate often helps${half}.` : ""}`,
  );
}

/** A weight that was not finite before the step. */
export async function badWeight({ model }: Session): Promise<Cause | undefined> {
  const found = await weightNotFinite(model);
  const text = `the weight ${found?.name} is ${found?.value} before the step`;
  return found && { subject: "loss", text, grew: !Number.isNaN(found.value) };
}

/** The first weight that is not finite, as dense_1/kernel[3]. */
async function weightNotFinite(model: Network): Promise<{ name: string; value: number } | undefined> {
  const weights = await model.getWeights();
  for (const { path } of model.weights) {
    const found = firstNotFinite(weights.get(path)!);
    if (found) return { name: `${path}[${found.index}]`, value: found.value };
  }
  return undefined;
}

/** Throws NumericError if the updates so far left a weight that is not finite; `when` says how far they went. */
export async function requireFiniteWeights(session: Session, when: string): Promise<void> {
  const { engine, step, state, model } = session;
  engine.useStep(step, () => state.haltUnlessWeightsFinite());
  const { halted } = await step.read();
  if (halted === 0) return;
  const found = await weightNotFinite(model);
  throw new NumericError(
    `The weights are not finite after ${when}: ${found?.name} is ${found?.value}. The gradients were finite, the update was too ` +
      "large for float32. A smaller learning rate often helps.",
  );
}

/** Samples whose gradients can be computed together: a batch may have been computed in parts. */
function mostAtOnce(session: Session, batches: Batches, samples: number): number {
  const { engine, step, state, lossScale } = session;
  const options = { training: true, batchSize: samples, first: true, mixed: lossScale !== undefined };
  const take = (size: number) => {
    const loss = () => forwardPass(session, batches.batch(size), options).loss;
    engine.useStep(step, () => void gradients(engine, loss, state.sources));
  };
  const { parts } = fitMicroBatch(engine, Math.min(mostSamples, samples), ([size]) => take(size!));
  return parts[0]!;
}

/** Of the batch's data, its forward pass, its loss or its gradients. */
async function badBatch(session: Session, batches: Batches, bad: BadBatch, samples: number): Promise<Cause> {
  const { engine, step } = session;
  await engine.sync();
  const most = mostAtOnce(session, batches, samples);
  for (let first = 0; first < samples; first += most) {
    step.set({ position: bad.batch * bad.batchSize, sample: first });
    const size = Math.min(most, samples - first);
    const cause = await badPart(session, batches, { first, size, batchSize: samples });
    if (cause) return cause;
  }
  const text = session.lossScale
    ? "the loss and all outputs are finite, but gradients overflow f16 even at a loss scale of 1"
    : "the loss and all outputs are finite, but gradients come too near to the end of float32, 3.4e38";
  return { subject: "gradient", text, grew: true };
}

async function badPart(session: Session, batches: Batches, part: Part): Promise<Cause | undefined> {
  const { engine, step, model, lossScale } = session;
  const named: { name: string; tensor: Tensor; layer: boolean }[] = [];
  const note = (name: string, tensor: Tensor, layer = false) =>
    named.push({ name, tensor: engine.keep(tensor.view(tensor.shape)), layer });
  const inspect: Inspect = ({ name }, y) => note(`the output of ${name}`, y, true);
  const outputs = engine.scope(() =>
    engine.useStep(step, () => {
      const batch = batches.batch(part.size);
      const several = (list: readonly unknown[], what: string, name: string) =>
        list.length === 1 ? `the ${what}` : `the ${what} ${name}`;
      for (const [i, x] of batch.inputs.entries())
        note(several(batch.inputs, "input", model.inputNames[i]!), x);
      for (const [i, t] of batch.targets.entries())
        if (t.dtype === "f32") note(several(batch.targets, "target", model.outputNames[i]!), t);
      for (const weights of batch.weights) if (weights) note("the weights of the samples", weights);
      const { inputs } = batch;
      return model.callAll(inputs, {
        training: true,
        stream: 0,
        inspect,
        mixed: lossScale && { output: "f32" },
      });
    }),
  );
  let cause: Cause | undefined;
  for (const { name, tensor, layer } of named) {
    const found = cause ? undefined : firstNotFinite((await tensor.data()) as Float32Array);
    if (found) {
      const each = tensor.size / tensor.shape[0]!;
      const sample = part.first + Math.floor(found.index / each);
      const text = `${name} is ${found.value} in sample ${sample + 1} of the batch, value ${(found.index % each) + 1}`;
      cause = { subject: "loss", text, grew: layer };
    }
    tensor.dispose();
  }
  cause ??=
    (await badLoss(session, batches, part, outputs)) ?? (await badGradient(session, batches, part, outputs));
  for (const output of outputs) engine.scopes.discard(output);
  return cause;
}
