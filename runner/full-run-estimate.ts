/** @file How long the experiment would take in full on this adapter, from what a shorter run took. */
import { gradients } from "../engine/autodiff/tape.ts";
import { MemoryError } from "../engine/errors.ts";
import type { Model } from "../models/model.ts";
import type { TrainingExperiment } from "./experiment.ts";
import type { RunContext } from "./run.ts";

/**
 * Seconds of training, from the seconds that `images` passes through `model` took: by the ratio of floating-point
 * operations, so a rough figure, since a larger network often runs at a better rate. Undefined if the experiment's network does not fit beside.
 */
export async function estimateFullRun(
  { experiment, engine, dataset, settings }: RunContext<TrainingExperiment>,
  model: Model,
  measured: { readonly images: number; readonly seconds: number },
): Promise<number | undefined> {
  const { profiles, optimizer, loss } = experiment;
  const full = experiment.network("full");
  try {
    await full.compile({ engine, optimizer: optimizer(), loss, seed: settings.seed });
    const rate = (measured.images * flopsPerImage(model)) / measured.seconds;
    return (dataset.train.count * profiles.full.epochs * flopsPerImage(full)) / rate;
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  } finally {
    full.dispose();
  }
}

/** Forward and backward, of one image. */
function flopsPerImage(model: Model): number {
  const { engine, objective, state } = model.session;
  return engine.plan(() => {
    const x = engine.zeros([1, ...model.inputShape]);
    const y = engine.zeros([1, ...model.graph.outputs[0]!.shape]);
    const loss = () => objective.loss(model.run(x, { training: true, stream: 0 }), y, 1);
    gradients(engine, loss, state.sources);
  }).flops;
}
