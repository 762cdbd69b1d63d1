/** @file One training step: gather, forward, backward, log, update; once as commands, then replayed. */

import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import { MemoryError } from "../../engine/errors.ts";
import type { Plan } from "../../engine/record/plan.ts";
import type { Recording } from "../../engine/record/recording.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { add } from "../../kernels/elementwise/index.ts";
import type { LossScale } from "../../kernels/loss-scale/index.ts";
import { l1l2Penalty } from "../../kernels/losses/index.ts";
import type { Batches } from "../data/batches.ts";
import type { Batch } from "../data/gpu-samples.ts";
import type { Penalties } from "../layers/layer.ts";
import type { Network } from "../network.ts";
import type { Objective } from "../objective/objective.ts";
import type { Pass, TrainingLog } from "./log.ts";
import { crossingLayers, fitMicroBatch } from "./micro-batches.ts";
import type { Session } from "./session.ts";

/** The step for one batch size, in the precision that the session has set. Its micro-batches are chosen so that every tensor fits the adapter. */
export class TrainingStep {
  readonly batchSize: number;
  /** samples per micro-batch */
  readonly parts: readonly number[];
  /** what the dry run found; undefined only while that is going on */
  readonly plan: Plan | undefined;
  readonly #session: Session;
  readonly #batches: Batches;
  readonly #log: TrainingLog;
  readonly #eager: boolean;
  /** of mixed precision */
  readonly #lossScale: LossScale | undefined;
  /** plain gradient descent, in which the kernels of large gradients update the weights themselves */
  readonly #descends: boolean;
  #recording: Recording | undefined;

  private constructor(
    session: Session,
    batches: Batches,
    log: TrainingLog,
    parts: readonly number[],
    eager: boolean,
    descends: boolean,
    plan?: Plan,
  ) {
    this.#session = session;
    this.#batches = batches;
    this.#log = log;
    this.#eager = eager;
    this.#lossScale = session.lossScale;
    this.#descends = descends;
    this.plan = plan;
    this.parts = parts;
    this.batchSize = parts.reduce((sum, part) => sum + part, 0);
  }

  /** Plans the step without running it and compiles its kernels in parallel. */
  static async prepare(
    session: Session,
    batches: Batches,
    log: TrainingLog,
    batchSize: number,
    eager: boolean,
  ) {
    const step = TrainingStep.planned(session, batches, log, batchSize, eager);
    await session.engine.pipelines.prepare(step.plan!.pipelines, session.model);
    return step;
  }

  /** The step with its plan; its kernels are not compiled. */
  static planned(session: Session, batches: Batches, log: TrainingLog, batchSize: number, eager: boolean) {
    const { engine, optimizer, state } = session;
    const step = (parts: readonly number[], descends: boolean, plan?: Plan) =>
      new TrainingStep(session, batches, log, parts, eager, descends, plan);
    // the scale of mixed precision must come out of the gradients first, and norms are taken of stored ones
    const plain = optimizer.descent !== undefined && !session.lossScale && !log.norms;
    const descent = plain ? step([batchSize], true).#planDescent() : undefined;
    if (descent) return step([batchSize], true, descent);
    state.allocateGradients();
    const crossing = session.independentParts ? [] : crossingLayers(session.model, true);
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
      const plan = this.#session.engine.plan(() => {
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
    const { engine } = this.#session;
    let left = times;
    if (this.#eager) {
      for (; left > 0; left--) engine.scope(() => this.#run());
      engine.commands.flush();
      return;
    }
    if (!this.#recording) {
      this.#recording = engine.record(() => this.#run(), this.plan?.layout);
      this.#session.dispatchesPerStep = this.#recording.dispatches.length;
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
    const { engine, step, state } = this.#session;
    return engine.useStep(step, () => {
      let leaner = false;
      for (const [index, samples] of this.parts.entries()) {
        const last = index === this.parts.length - 1;
        leaner = engine.scope(() => this.#differentiate(engine, samples, index > 0));
        if (last && !this.#descends) state.update(this.#lossScale, this.#log.norms);
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
    const { state, optimizer } = this.#session;
    const { batchSize } = this;
    const batch = this.#batches.batch(samples);
    let pass: Pass | undefined;
    const forward = () => {
      const options = { training: true, batchSize, first: !accumulate, mixed: this.#lossScale !== undefined };
      pass = forwardPass(this.#session, batch, options);
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

export interface PassOptions {
  readonly training: boolean;
  /** samples of the whole batch, of which this may be a micro-batch */
  readonly batchSize: number;
  /** penalties on weights count once per batch: with its first micro-batch */
  readonly first: boolean;
  /** activations are f16 */
  readonly mixed?: boolean;
}

/** Runs the model on a (micro-)batch. Differentiable. */
export function forwardPass(
  { model, objective }: { readonly model: Network; readonly objective: Objective },
  batch: Batch,
  { training, batchSize, first, mixed = false }: PassOptions,
): Pass {
  const penalties: Penalties = { divisor: batchSize, terms: [] };
  const samples = batch.inputs[0]!.shape[0]!;
  const outputs = model.callAll(batch.inputs, {
    training,
    stream: 0,
    part: samples < batchSize ? { first, share: samples / batchSize } : undefined,
    penalties,
    mixed: mixed ? { output: "f32" } : undefined,
  });
  const { total, perOutput } = objective.losses(outputs, batch, batchSize);
  const terms = [total, ...penalties.terms, ...(first ? weightPenalties(model) : [])];
  return { loss: terms.reduce((sum, term) => add(sum, term)), outputs, losses: perOutput };
}

/** Kernel and bias penalties, of every weight once; frozen ones count too, as in Keras. */
function weightPenalties(model: Network): Tensor[] {
  return model.weights.flatMap(({ variable: { regularizer, tensor } }) =>
    regularizer ? [l1l2Penalty(tensor, regularizer)] : [],
  );
}
