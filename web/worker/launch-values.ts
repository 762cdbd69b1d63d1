/** @file What the launches of a training step read and write: the step that runs, computed once more between two others, its numbers kept. */
import { LaunchRecord, type RecordedOperand } from "../../engine/record/launch-record.ts";
import { sizeOf } from "../../engine/shape.ts";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import type { Model } from "../../models/model.ts";
import { batchAt, type Moment } from "./moment.ts";
import type { OperandValues } from "./protocol.ts";
import type { TrainingData } from "./training-data.ts";

/** Numbers of an operand that are handed on: enough for a picture. */
const mostValues = 2 ** 16;

export class LaunchValues {
  readonly moment: Moment;
  readonly #record: LaunchRecord;
  readonly #owned: readonly { dispose(): void }[];

  private constructor(moment: Moment, record: LaunchRecord, owned: readonly { dispose(): void }[]) {
    this.moment = moment;
    this.#record = record;
    this.#owned = owned;
  }

  /** Computes the step with the kernels that train. The training stays as it is; it may not go on while values are asked for. */
  static async open(model: Model, data: TrainingData, moment: Moment): Promise<LaunchValues> {
    const { session } = model;
    const { engine, step, objective } = session;
    const { batchSize, batch, epoch, order } = batchAt(data, moment);
    const batches = Batches.open(engine, data.training, objective.oneHot);
    const log = new TrainingLog(engine, objective, 1);
    const before = await step.read();
    // the last batch of an epoch may be smaller, and its kernels others than those under the clock: the first one stands for it
    const number = (batch + 1) * batchSize > order.length ? 0 : batch;
    try {
      batches.begin(order, batchSize, number);
      await batches.ready(1);
      const eager = await TrainingStep.prepare(session, batches, log, batchSize, true);
      step.set({ ...before, position: number * batchSize, epoch, sample: 0, batch: 0 });
      const { record } = LaunchRecord.take(engine, () => eager.run(1));
      return new LaunchValues(moment, record, [record, log, batches]);
    } catch (error) {
      for (const each of [log, batches]) each.dispose();
      throw error;
    } finally {
      step.set(before);
    }
  }

  get launches(): readonly string[] {
    return this.#record.launches.map(({ what }) => what);
  }

  /** What launch `index` found and left; of what it changes in place both. None for a number that is no launch's. */
  async of(index: number): Promise<OperandValues[]> {
    const { operands = [] } = this.#record.launches[index] ?? {};
    const read = operands.filter(({ role }) => role !== "write");
    const written = operands.filter(({ role }) => role === "write" || role === "update");
    const found = read.map((operand) => this.#values(operand, index, "before"));
    const left = written.map((operand) => this.#values(operand, index, "after"));
    return Promise.all([...found, ...left]);
  }

  async #values(operand: RecordedOperand, index: number, side: "before" | "after"): Promise<OperandValues> {
    const { name, role, shape, dtype } = operand;
    const values = await this.#record.values(operand, index, side);
    const isImages = shape.length === 4 && !name.includes("filters");
    const kept = isImages ? [1, ...shape.slice(1)] : shape; // of a batch the first image
    const count = Math.min(sizeOf(kept), mostValues);
    return { name, role, side, dtype, shape, kept, values: Float32Array.from(values.subarray(0, count)) };
  }

  dispose(): void {
    for (const each of this.#owned) each.dispose();
  }
}
