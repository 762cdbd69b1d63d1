/** @file trainOnBatch(): one update on arrays in main memory. */

import { lossSamples } from "../data/loss-samples.ts";
import type { ValuesByName } from "../data/samples.ts";
import { checkedRate } from "../schedules.ts";
import { BatchSteps } from "./batch-steps.ts";
import { diagnose } from "./diagnose.ts";
import type { Logs } from "./history.ts";
import { TrainingLog } from "./log.ts";
import { batchData, checkOnBatch, type OnBatchOptions } from "./options.ts";
import type { Trainer } from "./session.ts";

/** The steps for the batches that came last, one for each size: they stay until the model is disposed of. */
export class OnBatch {
  readonly #trainer: Trainer;
  #used: { readonly log: TrainingLog; readonly steps: BatchSteps } | undefined;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
  }

  /** Updates the weights and returns loss and metrics before the update. Throws NumericError if the loss or a gradient is not finite. */
  async train(x: ValuesByName, y: ValuesByName | undefined, options: OnBatchOptions): Promise<Logs> {
    checkOnBatch("trainOnBatch", options);
    const trainer = this.#trainer;
    const { inputs, outputs } = trainer;
    const { classWeight } = options;
    const data = batchData(x, y, options);
    const weights = classWeight === undefined ? {} : { classWeight };
    const batch = lossSamples("trainOnBatch", inputs, outputs, data, weights);
    const { log, steps } = this.#open();
    const { step } = await trainer.step.read();
    const { name, schedule } = trainer.optimizer;
    if (schedule) trainer.learningRate = checkedRate(name, schedule(step), step);
    trainer.step.set({ halted: 0, sample: 0, batch: 0 });
    const { feed } = await steps.run(batch);
    const rows = await log.read(0, 1);
    const { halted } = await trainer.step.read();
    if (halted > 0)
      throw await diagnose(trainer, feed, { epoch: 0, batch: 0, step, batchSize: batch.samples.count });
    return log.means(rows);
  }

  dispose(): void {
    this.#used?.steps.dispose();
    this.#used?.log.dispose();
    this.#used = undefined;
  }

  #open() {
    if (!this.#used) {
      const log = new TrainingLog(this.#trainer.engine, this.#trainer.objective, 1);
      this.#used = { log, steps: new BatchSteps(this.#trainer, log, false) };
    }
    return this.#used;
  }
}
