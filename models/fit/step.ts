/** @file One training step: gather, forward, backward, log, update; once as commands, then replayed. */

import { Recomputation } from "../../engine/autodiff/recompute.ts";
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import type { Plan } from "../../engine/record/plan.ts";
import type { Recording } from "../../engine/record/recording.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { add } from "../../kernels/elementwise/index.ts";
import type { LossScale } from "../../kernels/loss-scale/index.ts";
import { l1l2Penalty } from "../../kernels/losses/index.ts";
import type { Batches } from "../data/batches.ts";
import type { Batch } from "../data/gpu-samples.ts";
import type { Inspect, Penalties } from "../layers/layer.ts";
import type { Network } from "../network.ts";
import type { Objective } from "../objective/objective.ts";
import type { Pass, TrainingLog } from "./log.ts";
import type { Session } from "./session.ts";
import { chooseStep, type StepMemory, type StepWay } from "./step-choice.ts";

/** Bytes that a step may hold while others run. */
const littleMemory = 2 ** 26;

/** How the step of a batch is computed. */
interface StepForm extends StepWay {
  readonly eager: boolean;
  /** plain gradient descent, in which the kernels of large gradients update the weights themselves */
  readonly descends: boolean;
}

/** The step for one batch size, in the precision that the session has set, in the first way that fits the adapter. */
export class TrainingStep {
  readonly batchSize: number;
  /** samples per micro-batch */
  readonly parts: readonly number[];
  readonly #session: Session;
  readonly #batches: Batches;
  readonly #log: TrainingLog;
  readonly #form: StepForm;
  /** of mixed precision */
  readonly #lossScale: LossScale | undefined;
  /** for each kind of part, if activations are computed again */
  #recomputations: Map<string, Recomputation> | undefined;
  /** what the dry run found; undefined only while that is going on */
  #plan: Plan | undefined;
  #memory: StepMemory | undefined;
  #storedBytes: number | undefined;
  #recording: Recording | undefined;

  private constructor(session: Session, batches: Batches, log: TrainingLog, form: StepForm) {
    this.#session = session;
    this.#batches = batches;
    this.#log = log;
    this.#form = form;
    this.#lossScale = session.lossScale;
    this.#recomputations = form.recompute ? new Map() : undefined;
    this.parts = form.parts;
    this.batchSize = form.parts.reduce((sum, part) => sum + part, 0);
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
    await session.engine.pipelines.prepare(step.plan.pipelines, session.model);
    return step;
  }

  /** The step with its plan; its kernels are not compiled. */
  static planned(session: Session, batches: Batches, log: TrainingLog, batchSize: number, eager: boolean) {
    const { optimizer, state } = session;
    // the scale of mixed precision must come out of the gradients first, and norms are taken of stored ones
    const plain = optimizer.descent !== undefined && !session.lossScale && !log.norms;
    const planned = (form: StepForm) => {
      const step = new TrainingStep(session, batches, log, form);
      const leaner = step.#dryRun();
      return leaner || !form.descends ? step : undefined;
    };
    const { step, memory } = chooseStep(session, batchSize, (way) => {
      const descending = plain && way.parts.length === 1 && planned({ ...way, eager, descends: true });
      if (descending) return descending;
      state.allocateGradients();
      return planned({ ...way, eager, descends: false })!;
    });
    step.#memory = memory;
    return step;
  }

  /** Plans the step: with all activations stored, and if it is asked for without, unless that takes no less. Returns what #run() does. */
  #dryRun(): boolean {
    const { engine } = this.#session;
    let leaner = false;
    const plan = () =>
      engine.plan(() => {
        leaner = this.#run();
      });
    this.#plan = plan();
    if (!this.#recomputations) return leaner;
    const stored = this.#plan;
    this.#storedBytes = this.bytes;
    this.#plan = plan();
    if (this.bytes < this.#storedBytes) return leaner;
    this.#plan = stored;
    this.#recomputations = undefined;
    return leaner;
  }

  /** what the dry run found */
  get plan(): Plan {
    return this.#plan!;
  }

  /** bytes of its tensors at the fullest moment; recorded, they have buffers that they share as well as they can */
  get bytes(): number {
    return this.#form.eager ? this.plan.peakBytes : this.plan.recordedBytes;
  }

  /** bytes with all activations stored, if that was planned beside */
  get storedBytes(): number | undefined {
    return this.#storedBytes;
  }

  /** activations are computed again */
  get recompute(): boolean {
    return this.#recomputations !== undefined;
  }

  /** what the GPU holds with it, and would hold in other ways */
  get memory(): StepMemory {
    return this.#memory!;
  }

  /** kernel launches of a step; known once it was recorded */
  get recording(): Recording | undefined {
    return this.#recording;
  }

  /** Runs the step `times` times: the first time by recording it, unless every step shall be eager. */
  run(times: number): void {
    const { engine } = this.#session;
    let left = times;
    if (this.#form.eager) {
      for (; left > 0; left--) engine.scope(() => this.#run());
      engine.commands.flush();
      return;
    }
    if (!this.#recording) {
      this.#recording = engine.record(() => this.#run(), this.plan.layout);
      this.#session.dispatchesPerStep = this.#recording.dispatches.length;
      engine.commands.flush();
      left--;
    }
    if (left > 0) this.#recording.replay(left);
  }

  /** Gives the memory of its tensors back if it is much or short: the next run() records the step anew, in milliseconds. */
  makeRoom(): void {
    if (this.bytes > littleMemory || Number.isFinite(this.#session.engine.memoryLimit)) this.dispose();
  }

  dispose(): void {
    this.#recording?.dispose();
    this.#recording = undefined;
  }

  /** Returns true if a gradient need not be stored. */
  #run(): boolean {
    const { engine, step, state } = this.#session;
    return engine.useStep(step, () => {
      let leaner = false;
      for (const [index, samples] of this.parts.entries()) {
        const last = index === this.parts.length - 1;
        leaner = engine.scope(() => this.#differentiate(engine, samples, index > 0));
        if (last && !this.#form.descends) state.update(this.#lossScale, this.#log.norms);
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
    const beforeBackward = () => this.#log.write(pass!, batchSize, batch);
    const spent = () => pass!.outputs;
    const { sources } = state;
    const how = this.#form.descends ? { descent: optimizer.descent! } : { into: state.gradients, accumulate };
    const seed = this.#lossScale?.tensor;
    const recompute = this.#recomputation(samples, accumulate);
    const result = gradients(engine, forward, sources, { ...how, beforeBackward, spent, seed, recompute });
    return result.gradients.some((gradient, i) => gradient === sources[i]);
  }

  /** Parts of one size do the same, but for the first. */
  #recomputation(samples: number, accumulate: boolean): Recomputation | undefined {
    const known = this.#recomputations;
    if (!known) return undefined;
    const kind = `${samples} ${accumulate}`;
    if (!known.has(kind)) known.set(kind, new Recomputation());
    return known.get(kind);
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
  readonly inspect?: Inspect;
}

/** Runs the model on a (micro-)batch. Differentiable. */
export function forwardPass(
  { model, objective }: { readonly model: Network; readonly objective: Objective },
  batch: Batch,
  { training, batchSize, first, mixed = false, inspect }: PassOptions,
): Pass {
  const penalties: Penalties = { divisor: batchSize, terms: [] };
  const samples = batch.inputs[0]!.shape[0]!;
  const outputs = model.callAll(batch.inputs, {
    training,
    stream: 0,
    part: samples < batchSize ? { first, share: samples / batchSize } : undefined,
    penalties,
    mixed: mixed ? { output: "f32" } : undefined,
    ...(inspect && { inspect }),
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
