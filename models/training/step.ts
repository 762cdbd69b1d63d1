/** @file One training step: gather, forward, backward, log, update; once as commands, then replayed. */
import type { Engine } from "../../engine/device.ts";
import type { Plan } from "../../engine/plan.ts";
import type { Recording } from "../../engine/recording.ts";
import { gradients } from "../../engine/tape.ts";
import type { LossScale } from "../../kernels/loss-scale/index.ts";
import type { Feed } from "./data.ts";
import { forwardPass, type Pass } from "./forward-pass.ts";
import type { TrainingLog } from "./log.ts";
import { fitMicroBatch } from "./micro-batches.ts";
import type { Trainer } from "./trainer.ts";

/** The step for one batch size, in the precision that the trainer has set. Its micro-batches are chosen so that every tensor fits the adapter. */
export class TrainingStep {
  readonly batchSize: number;
  /** samples per micro-batch */
  readonly parts: readonly number[];
  /** what the dry run found; undefined only while that is going on */
  readonly plan: Plan | undefined;
  readonly #trainer: Trainer;
  readonly #feed: Feed;
  readonly #log: TrainingLog;
  readonly #eager: boolean;
  /** of mixed precision */
  readonly #lossScale: LossScale | undefined;
  #recording: Recording | undefined;

  private constructor(
    trainer: Trainer,
    feed: Feed,
    log: TrainingLog,
    parts: readonly number[],
    eager: boolean,
    plan?: Plan,
  ) {
    this.#trainer = trainer;
    this.#feed = feed;
    this.#log = log;
    this.#eager = eager;
    this.#lossScale = trainer.lossScale;
    this.plan = plan;
    this.parts = parts;
    this.batchSize = parts.reduce((sum, part) => sum + part, 0);
  }

  /** Plans the step without running it and compiles its kernels in parallel. */
  static async prepare(trainer: Trainer, feed: Feed, log: TrainingLog, batchSize: number, eager: boolean) {
    const attempt = (parts: readonly number[]) => new TrainingStep(trainer, feed, log, parts, eager).#run();
    const { parts, plan } = fitMicroBatch(trainer.engine, batchSize, attempt);
    await trainer.engine.pipelines.prepare(plan.pipelines);
    return new TrainingStep(trainer, feed, log, parts, eager, plan);
  }

  /** kernel launches of a step; known once it was recorded */
  get recording(): Recording | undefined {
    return this.#recording;
  }

  /** Runs the step `times` times: the first time by recording it, unless every step shall be eager. */
  run(times: number): void {
    const { engine } = this.#trainer;
    let left = times;
    if (this.#eager) {
      for (; left > 0; left--) engine.scope(() => this.#run());
      engine.commands.flush();
      return;
    }
    if (!this.#recording) {
      this.#recording = engine.record(() => this.#run());
      this.#trainer.dispatchesPerStep = this.#recording.dispatches.length;
      engine.commands.flush();
      left--;
    }
    if (left > 0) this.#recording.replay(left);
  }

  dispose(): void {
    this.#recording?.dispose();
  }

  #run(): void {
    const { engine, step, state } = this.#trainer;
    engine.useStep(step, () => {
      for (const [index, samples] of this.parts.entries()) {
        const last = index === this.parts.length - 1;
        engine.scope(() => this.#differentiate(engine, samples, index > 0));
        if (last) state.update(this.#lossScale);
        step.advance(samples, last, this.batchSize);
      }
    });
  }

  /** Gradients of one micro-batch, added to those of the batch so far; its loss and metrics go to the log. */
  #differentiate(engine: Engine, samples: number, accumulate: boolean): void {
    const { state } = this.#trainer;
    const { batchSize } = this;
    const batch = this.#feed.batch(samples);
    const passes: Pass[] = [];
    const forward = () => {
      const options = { training: true, batchSize, first: !accumulate, mixed: this.#lossScale !== undefined };
      const pass = forwardPass(this.#trainer, batch, options);
      passes.push(pass);
      return pass.loss;
    };
    const seed = this.#lossScale?.tensor;
    gradients(engine, forward, state.sources, { into: state.gradients, accumulate, seed });
    this.#log.write(passes[0]!, batchSize, batch.targets);
  }
}
