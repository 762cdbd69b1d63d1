/** @file One training step of an experiment under the clock: its network, its data, its batch. */
import { profile } from "../../engine/profile.ts";
import { measureCeilings } from "../../kernels/tuning/ceilings/ceilings.ts";
import { Feed } from "../../models/training/data.ts";
import { TrainingLog } from "../../models/training/log.ts";
import { identityOrder, shuffled } from "../../models/training/order.ts";
import { TrainingStep } from "../../models/training/step.ts";
import type { TrainingExperiment } from "../experiment.ts";
import type { RunContext } from "../run/run.ts";
import { imagesOf } from "../run/train-run.ts";
import { uploadImages } from "../run/upload-images.ts";
import { type Trace, traceOf } from "./trace.ts";

export interface TracedStep extends Trace {
  /** images of the step */
  readonly batch: number;
  /** sizes of the parts that it is computed in, where the batch exceeds the adapter's binding limit */
  readonly micro_batches: readonly number[];
  /** kernel launches; rows also has copies and clears */
  readonly dispatches: number;
}

const ceilingSeconds = 0.3; // for each ceiling

/** Records the first step of training and times its replays. Nothing of what it learns is kept. */
export async function traceStep(
  context: Pick<RunContext<TrainingExperiment>, "experiment" | "engine" | "dataset" | "settings">,
): Promise<TracedStep> {
  const { experiment, engine, dataset, settings } = context;
  const { optimizer, loss, metrics } = experiment;
  const ceilings = await measureCeilings(engine, ceilingSeconds);
  const model = experiment.network(settings.profile);
  await model.compile({ engine, optimizer: optimizer(), loss, metrics, seed: settings.seed });
  const { trainer } = model;
  const images = imagesOf(context).train;
  const data = uploadImages(engine, images, dataset.classes.length);
  const feed = Feed.open(engine, data, trainer.objective.oneHot);
  const log = new TrainingLog(engine, trainer.objective, 1);
  const batch = Math.min(settings.batch, images.count);
  if (settings.shuffle) feed.setOrder(shuffled(identityOrder(images.count), settings.seed, 0));
  trainer.setPrecision(settings.precision);
  const step = await TrainingStep.prepare(trainer, feed, log, batch, false);
  try {
    step.run(1);
    const { dispatches } = step.recording!;
    const trace = traceOf(await profile(engine, step.recording!), ceilings);
    return { batch, micro_batches: step.parts, dispatches: dispatches.length, ...trace };
  } finally {
    for (const owner of [step, log, feed, data, model]) owner.dispose();
  }
}
