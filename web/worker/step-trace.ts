/** @file One training step under the clock: of a twin of the network, so that nothing of the training changes. */
import { type Ceilings, measureCeilings } from "../../engine/ceilings/ceilings.ts";
import type { Engine } from "../../engine/device.ts";
import { profile } from "../../engine/record/profile.ts";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { traceOf } from "../../runner/trace/trace.ts";
import type { StepTrace, TrainingChoice } from "./protocol.ts";
import type { TrainingData } from "./training-data.ts";

const ceilingSeconds = 0.1; // for each ceiling

const measured = new WeakMap<Engine, Promise<Ceilings>>();

/** What the adapter can do at most, measured once. */
function ceilingsOf(engine: Engine): Promise<Ceilings> {
  const known = measured.get(engine) ?? measureCeilings(engine, ceilingSeconds);
  measured.set(engine, known);
  return known;
}

/** Records a step of `batch` images and times its replays. */
export async function traceStep(
  training: { readonly engine: Engine; readonly data: TrainingData; readonly choice: TrainingChoice },
  { network, optimizer, loss, metrics }: TrainingExperiment,
  batch: number,
): Promise<StepTrace> {
  const { engine, data, choice } = training;
  const ceilings = await ceilingsOf(engine);
  const model = network(choice.profile);
  const owned: { dispose(): void }[] = [model];
  try {
    await model.compile({ engine, optimizer: optimizer(), loss, metrics, seed: choice.seed });
    const { session } = model;
    const batches = Batches.open(engine, data.training, session.objective.oneHot);
    owned.unshift(batches);
    const log = new TrainingLog(engine, session.objective, 1);
    owned.unshift(log);
    session.setPrecision("float32");
    const samples = Math.max(1, Math.min(batch, batches.count));
    const step = await TrainingStep.prepare(session, batches, log, samples, false);
    owned.unshift(step);
    step.run(1);
    const trace = traceOf(await profile(engine, step.recording!), ceilings);
    const { keptBytes, peakBytes } = step.plan;
    return { ...trace, batch: samples, ceilings, keptBytes, peakBytes };
  } finally {
    for (const each of owned) each.dispose();
  }
}
