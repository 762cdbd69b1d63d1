/** @file One training step: gather, forward, backward, log, update; once as commands, then replayed. */

import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import { MemoryError } from "../../engine/errors.ts";
import type { Plan } from "../../engine/record/plan.ts";
import type { Recording } from "../../engine/record/recording.ts";
import type { LossScale } from "../../kernels/loss-scale/index.ts";
import type { Feed } from "../data/batches.ts";
import { forwardPass, type Pass } from "./forward-pass.ts";
import type { TrainingLog } from "./log.ts";
import { crossingLayers, fitMicroBatch } from "./micro-batches.ts";
import type { Trainer } from "./session.ts";

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
  /** plain gradient descent, in which the kernels of large gradients update the weights themselves */
  readonly #descends: boolean;
  #recording: Recording | undefined;

  private constructor(
    trainer: Trainer,
    feed: Feed,
    log: TrainingLog,
    parts: readonly number[],
    eager: boolean,
    descends: boolean,
    plan?: Plan,
  ) {
    this.#trainer = trainer;
    this.#feed = feed;
    this.#log = log;
    this.#eager = eager;
    this.#lossScale = trainer.lossScale;
    this.#descends = descends;
    this.plan = plan;
    this.parts = parts;
    this.batchSize = parts.reduce((sum, part) => sum + part, 0);
  }

  /** Plans the step without running it and compiles its kernels in parallel. */
  static async prepare(trainer: Trainer, feed: Feed, log: TrainingLog, batchSize: number, eager: boolean) {
    const step = TrainingStep.planned(trainer, feed, log, batchSize, eager);
    await trainer.engine.pipelines.prepare(step.plan!.pipelines, trainer.model);
    return step;
  }

  /** The step with its plan; its kernels are not compiled. */
  static planned(trainer: Trainer, feed: Feed, log: TrainingLog, batchSize: number, eager: boolean) {
    const { engine, optimizer, state } = trainer;
    const step = (parts: readonly number[], descends: boolean, plan?: Plan) =>
      new TrainingStep(trainer, feed, log, parts, eager, descends, plan);
    // the scale of mixed precision must come out of the gradients first
    const plain = optimizer.descent !== undefined && !trainer.lossScale;
    const descent = plain ? step([batchSize], true).#planDescent() : undefined;
    if (descent) return step([batchSize], true, descent);
    state.allocateGradients();
    const crossing = trainer.independentParts ? [] : crossingLayers(trainer.model, true);
    const { parts, plan } = fitMicroBatch(
      engine,
      batchSize,
      (parts) => void step(parts, false).#run(),
      crossing,
    );
    return step(parts, false, plan);
  }

  /** A dry run; undefined unless the whole batch fits and there are gradients that need not be stored. */
  #planDescent(): Plan | undefined {
    let pays = false;
    try {
      const plan = this.#trainer.engine.plan(() => {
        pays = this.#run();
      });
      return pays ? plan : undefined;
    } catch (error) {
      if (error instanceof MemoryError) return undefined;
      throw error;
    }
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
      this.#recording = engine.record(() => this.#run(), this.plan?.layout);
      this.#trainer.dispatchesPerStep = this.#recording.dispatches.length;
      engine.commands.flush();
      left--;
    }
    if (left > 0) this.#recording.replay(left);
  }

  dispose(): void {
    this.#recording?.dispose();
  }

  /** Returns true if a gradient need not be stored. */
  #run(): boolean {
    const { engine, step, state } = this.#trainer;
    return engine.useStep(step, () => {
      let leaner = false;
      for (const [index, samples] of this.parts.entries()) {
        const last = index === this.parts.length - 1;
        leaner = engine.scope(() => this.#differentiate(engine, samples, index > 0));
        if (last && !this.#descends) state.update(this.#lossScale);
        step.advance(samples, last, this.batchSize);
      }
      return leaner;
    });
  }

  /**
   * Gradients of one micro-batch, added to those of the batch so far; its loss and metrics go to the log before that,
   * since a loss that is no number stops updates. Returns true if a gradient was not stored.
   */
  #differentiate(engine: Engine, samples: number, accumulate: boolean): boolean {
    const { state, optimizer } = this.#trainer;
    const { batchSize } = this;
    const batch = this.#feed.batch(samples);
    let pass: Pass | undefined;
    const forward = () => {
      const options = { training: true, batchSize, first: !accumulate, mixed: this.#lossScale !== undefined };
      pass = forwardPass(this.#trainer, batch, options);
      return pass.loss;
    };
    const beforeBackward = () => this.#log.write(pass!, batchSize, batch.targets);
    const spent = () => pass!.outputs;
    const { sources } = state;
    const how = this.#descends ? { descent: optimizer.descent! } : { into: state.gradients, accumulate };
    const seed = this.#lossScale?.tensor;
    const result = gradients(engine, forward, sources, { ...how, beforeBackward, spent, seed });
    return result.gradients.some((gradient, i) => gradient === sources[i]);
  }
}
