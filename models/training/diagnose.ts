/** @file Where a loss that is NaN or infinite came from: the step is run again, layer by layer. */
import { NumericError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Inspect } from "../layers/layer.ts";
import type { Feed } from "./data.ts";
import type { Trainer } from "./trainer.ts";

/** Which batch it was, counted from 0. */
export interface BadBatch {
  readonly epoch: number;
  /** within the epoch */
  readonly batch: number;
  /** updates before it */
  readonly step: number;
  readonly batchSize: number;
}

/**
 * The weights have not changed since the bad step, because a halted StepState stops updates. So its batch goes forward
 * once more, and the first weight or layer output that is not finite is named.
 */
export async function diagnose(trainer: Trainer, feed: Feed, bad: BadBatch): Promise<NumericError> {
  const { epoch, batch, step, batchSize } = bad;
  const position = batch * batchSize;
  const samples = Math.min(batchSize, feed.count - position);
  const culprit = await findCulprit(trainer, feed, position, samples);
  const place = `epoch ${epoch + 1}, batch ${batch + 1} of ${Math.ceil(feed.count / batchSize)} (step ${step})`;
  return new NumericError(
    `The loss is not finite in ${place}: ${culprit}. Training stopped before this update; the checkpoint of the last ` +
      `finished epoch is kept. A smaller learning rate often helps${trainer.lossScale ? ", or precision float32: f16 ends at 65504" : ""}.`,
  );
}

async function findCulprit(trainer: Trainer, feed: Feed, position: number, samples: number): Promise<string> {
  const weights = await trainer.model.getWeights();
  for (const { path } of trainer.model.weights) {
    if (!weights.get(path)!.every(Number.isFinite)) {
      return `the weight ${path} holds values that are not finite`;
    }
  }
  const { engine, step, model, lossScale } = trainer;
  await engine.sync();
  step.set({ position, sample: 0 });
  const outputs: [string, Tensor][] = [];
  const size = Math.min(samples, 64);
  for (let first = 0; first < samples; first += size) {
    step.set({ sample: first });
    engine.scope(() =>
      engine.useStep(step, () => {
        const { inputs } = feed.batch(Math.min(size, samples - first));
        for (const [i, x] of inputs.entries()) {
          const name = inputs.length === 1 ? "the input" : `the input ${model.inputNames[i]}`;
          outputs.push([name, engine.keep(x.view(x.shape))]);
        }
        const inspect: Inspect = ({ name }, y) =>
          outputs.push([`the output of ${name}`, engine.keep(y.view(y.shape))]);
        model.callAll(inputs, { training: true, stream: 0, inspect, mixed: lossScale && { output: "f32" } });
      }),
    );
  }
  let culprit = lossScale
    ? "every layer's output is finite, so the loss overflows, or gradients do in f16 even at a loss scale of 1"
    : "every layer's output is finite, so the loss itself overflows";
  for (const [name, tensor] of outputs.reverse()) {
    const values = (await tensor.data()) as Float32Array;
    if (!values.every(Number.isFinite)) culprit = `${name} holds values that are not finite`;
    tensor.dispose();
  }
  return culprit;
}
