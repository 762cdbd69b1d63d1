/** @file One training step of an experiment under the clock: its network, its data, its batch. */

import { measureCeilings } from "../../engine/ceilings/ceilings.ts";
import { profile } from "../../engine/record/profile.ts";
import { Batches } from "../../models/data/batches.ts";
import { shuffled } from "../../models/data/order.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import type { TrainingExperiment } from "../experiment.ts";
import { ExperimentData } from "../experiment-data.ts";
import type { RunContext } from "../run.ts";
import { compileOptionsOf } from "../training/train-run.ts";
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
  const { experiment, engine, settings } = context;
  const ceilings = await measureCeilings(engine, ceilingSeconds);
  const model = experiment.network(settings.profile);
  await model.compile(compileOptionsOf(context));
  const { session } = model;
  const data = await ExperimentData.open({ ...context, line: () => {} });
  const { trained } = data;
  const batches = Batches.open(engine, data.resident, session.objective.oneHot);
  const log = new TrainingLog(engine, session.objective, 1);
  const batch = Math.min(settings.batch, trained.length);
  if (settings.shuffle) batches.setOrder(shuffled(trained, settings.seed, 0));
  session.setPrecision(settings.precision);
  session.recompute = settings.recompute;
  const step = await TrainingStep.prepare(session, batches, log, batch, false);
  try {
    step.run(1);
    const { dispatches } = step.recording!;
    const trace = traceOf(await profile(engine, step.recording!), ceilings);
    return { batch, micro_batches: step.parts, dispatches: dispatches.length, ...trace };
  } finally {
    for (const owner of [step, log, batches, data, model]) owner.dispose();
  }
}
