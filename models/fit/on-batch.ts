/** @file trainOnBatch(): one update on arrays in main memory. */

import { lossSamples } from "../data/sample-weights.ts";
import type { ValuesByName } from "../data/samples.ts";
import { checkedRate } from "../schedules.ts";
import { BatchSteps } from "./batch-steps.ts";
import { diagnose, requireFiniteWeights } from "./diagnose.ts";
import type { Logs } from "./history.ts";
import { TrainingLog } from "./log.ts";
import { batchData, checkOnBatch, type OnBatchOptions } from "./options.ts";
import type { Session } from "./session.ts";

/** The steps for the batches that came last, one for each size: they stay until the session is disposed of. */
const opened = new WeakMap<Session, { readonly log: TrainingLog; readonly steps: BatchSteps }>();

/** Updates the weights and returns loss and metrics before the update. Throws NumericError if the loss or a gradient is not finite. */
export async function trainOnBatch(
  session: Session,
  x: ValuesByName,
  y: ValuesByName | undefined,
  options: OnBatchOptions,
): Promise<Logs> {
  checkOnBatch("trainOnBatch", options);
  const { inputs, outputs, optimizer } = session;
  const { classWeight } = options;
  const weights = classWeight === undefined ? {} : { classWeight };
  const batch = lossSamples("trainOnBatch", inputs, outputs, batchData(x, y, options), weights);
  const { log, steps } = opened.get(session) ?? open(session);
  const { step } = await session.step.read();
  const { name, schedule } = optimizer;
  if (schedule) session.learningRate = checkedRate(name, schedule(step), step);
  session.step.set({ halted: 0, sample: 0, batch: 0 });
  const { batches } = await steps.run(batch);
  const rows = await log.read(0, 1);
  const { halted } = await session.step.read();
  if (halted > 0)
    throw await diagnose(session, batches, { epoch: 0, batch: 0, step, batchSize: batch.count });
  await requireFiniteWeights(session, "this update");
  return log.means(rows);
}

function open(session: Session) {
  const log = new TrainingLog(session.engine, session.objective, 1);
  const steps = new BatchSteps(session, log, false);
  opened.set(session, { log, steps });
  session.onDispose(() => {
    steps.dispose();
    log.dispose();
  });
  return { log, steps };
}
