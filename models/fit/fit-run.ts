/** @file fit(): epochs of recorded steps, evaluation after each, callbacks, progress, and stopping between two steps. */
import { ArgumentError, InterruptedError, NumericError } from "../../engine/errors.ts";
import { checkOption } from "../../engine/options.ts";
import {
  type Callback,
  type FitControl,
  loadCallbacks,
  type Progress,
  saveCallbacks,
} from "../callbacks/callback.ts";
import { ProgressPrinter } from "../callbacks/progress-printer.ts";
import type { TrainingPosition, TrainingSnapshot } from "../checkpoint/snapshot.ts";
import type { Claim } from "../claims.ts";
import type { Batches } from "../data/batches.ts";
import { setEntry } from "../records.ts";
import { checkedRate } from "../schedules.ts";
import { type BadBatch, requireFiniteWeights } from "./diagnose.ts";
import { evaluateBatches } from "./evaluate.ts";
import { History, type Logs } from "./history.ts";
import { TrainingLog } from "./log.ts";
import type { FitOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import type { Session } from "./session.ts";
import { StepNorms } from "./step-norms.ts";

const progressMilliseconds = 100;

/** The steps of training, epoch after epoch. */
export interface EpochSteps {
  readonly stepsPerEpoch: number;
  /** of an epoch; of a generator, as far as is known */
  readonly totalSamples: number;
  /** samples in the first `batches` batches of the running epoch */
  samplesIn(batches: number): number;
  /** Goes to a batch of an epoch; called before its first run(). */
  start(epoch: number, batch: number): void;
  /** Runs batches from `batch` on, at most `most`, which write to `log`; returns how many: none only if the signal aborts. */
  run(batch: number, most: number, log: TrainingLog): Promise<number>;
  /** Says where the loss of a batch that is not finite came from. */
  diagnose(bad: Omit<BadBatch, "batchSize">): Promise<NumericError>;
  /** Gives back the memory that steps compute on, if it is much or short; the next run() takes it again. */
  makeRoom(): void;
  /** Frees what the steps took, and closes a generator. */
  dispose(): void | Promise<void>;
}

/** Samples to evaluate after every epoch, with the prefix of their results. */
export interface EvaluationSet {
  readonly prefix: string;
  readonly batches: Batches;
}

export class FitRun implements FitControl {
  readonly epochs: number;
  readonly history: History;
  readonly #session: Session;
  readonly #options: FitOptions;
  readonly #steps: EpochSteps;
  readonly #evaluations: readonly EvaluationSet[];
  readonly #log: TrainingLog;
  readonly #callbacks: readonly Callback[];
  readonly #printer: ProgressPrinter | undefined;
  readonly #claim: Claim;
  #epoch: number;
  #batch: number;
  /** batches before the running epoch: optimizer updates and those that mixed precision skipped */
  #firstStep = 0;
  #rows: number[][];
  #stopReason: string | undefined;

  constructor(
    session: Session,
    steps: EpochSteps,
    evaluations: readonly EvaluationSet[],
    options: FitOptions,
    claim: Claim,
  ) {
    const { epochs = 1, initialEpoch = 0, resume } = options;
    this.#session = session;
    this.#options = options;
    this.#steps = steps;
    this.#evaluations = evaluations;
    this.#callbacks = options.callbacks ?? [];
    this.#printer = options.verbose ? new ProgressPrinter(options.verbose) : undefined;
    this.#claim = claim;
    this.epochs = epochs;
    this.#epoch = resume?.position.epoch ?? initialEpoch;
    this.#batch = resume?.position.batch ?? 0;
    this.#rows = resume?.position.rows.map((row) => [...row]) ?? []; // may be resumed from again
    this.history = resume ? History.fromJSON(resume.position.history) : new History();
    const memory = resume && { states: resume.position.callbacks, weights: resume.kept };
    loadCallbacks(this.#callbacks, memory);
    const { engine, objective, state, optimizer } = session;
    const decay = Number(optimizer.config.decay ?? 0);
    const norms = (rows: number) => new StepNorms(engine, state.variables, rows, decay);
    const watched = this.#callbacks.some(({ onSteps }) => onSteps);
    this.#log = new TrainingLog(engine, objective, this.stepsPerEpoch, watched ? norms : undefined);
  }

  get model() {
    return this.#session.model;
  }

  get stepsPerEpoch(): number {
    return this.#steps.stepsPerEpoch;
  }

  get learningRate(): number {
    return this.#session.learningRate;
  }

  set learningRate(value: number) {
    checkOption("fit", "learningRate", value, () => value >= 0, "0 or more");
    if (this.#session.optimizer.schedule) {
      throw new ArgumentError(
        "fit: the optimizer's learning rate is a function of the step, so no callback can set it.",
      );
    }
    this.#session.learningRate = value;
  }

  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  async run(): Promise<History> {
    try {
      this.#session.step.set({ halted: 0, sample: 0 });
      await this.#call((callback) => callback.onTrainBegin?.(this));
      await this.#runEpochs();
      await this.#call((callback) => callback.onTrainEnd?.(this));
      return this.history;
    } finally {
      this.#printer?.end();
      this.#log.dispose();
    }
  }

  async snapshot(): Promise<TrainingSnapshot> {
    const { model, state, seed, optimizer } = this.#session;
    const { step } = await this.#session.step.read();
    const lossScale = await this.#session.lossScale?.read();
    const { states, weights: kept } = saveCallbacks(this.#callbacks);
    const position: TrainingPosition = {
      epoch: this.#epoch,
      batch: this.#batch,
      step,
      seed,
      learningRate: this.learningRate,
      optimizer: optimizer.name,
      ...(lossScale && { lossScale }),
      rows: this.#rows.map((row) => [...row]),
      history: this.history.toJSON(),
      callbacks: states,
    };
    return { position, weights: await model.getWeights(), slots: await state.read(), kept };
  }

  /** Up to the last epoch, a stop, or a loss or gradient that is not finite and that a callback takes note of. */
  async #runEpochs(): Promise<void> {
    try {
      while (this.#epoch < this.epochs && this.#stopReason === undefined) await this.#runEpoch();
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      const noted = this.#callbacks.filter((callback) => callback.onNumericError?.(error, this));
      if (noted.length === 0) throw error;
    }
  }

  async #runEpoch(): Promise<void> {
    const { step } = this.#session;
    const epoch = this.#epoch;
    this.#printer?.beginEpoch(epoch, this.epochs, this.stepsPerEpoch);
    await this.#call((callback) => callback.onEpochBegin?.(epoch, this));
    this.#steps.start(epoch, this.#batch);
    this.#firstStep = (await this.#batchesDone()) - this.#batch;
    step.set({ epoch, batch: this.#batch, learningRate: this.learningRate });

    const seconds = await this.#runSteps();
    const logs: Logs = this.#log.means(this.#rows);
    if (this.#evaluations.length > 0) this.#steps.makeRoom();
    for (const [index, { prefix, batches }] of this.#evaluations.entries()) {
      const at = this.#session.momentInFit(epoch, this.#firstStep + this.stepsPerEpoch, index);
      const results = await evaluateBatches(this.#session, batches, at, this.#options.validationBatchSize);
      for (const [name, value] of Object.entries(results)) setEntry(logs, `${prefix}_${name}`, value);
    }
    logs.seconds = seconds;
    this.#epoch++;
    this.#batch = 0;
    this.#rows = [];
    await this.#endEpoch(epoch, logs);
  }

  async #endEpoch(epoch: number, logs: Logs): Promise<void> {
    const end = (saving: boolean) =>
      this.#call((callback) => {
        if ((callback.savesTraining ?? false) === saving) return callback.onEpochEnd?.(epoch, logs, this);
      });
    await end(false);
    this.history.append(epoch + 1, logs);
    this.#printer?.endEpoch(logs);
    await this.#claim.letOthers(() => this.#options.onEpoch?.(epoch, logs));
    await end(true); // what they save includes this epoch
  }

  /** The rest of the epoch's batches; returns the seconds they took. */
  async #runSteps(): Promise<number> {
    const { engine } = this.#session;
    const pace = new Pace(engine);
    const started = performance.now();
    const firstBatch = this.#batch;
    let shown = started;
    while (this.#batch < this.stepsPerEpoch) {
      const most = Math.min(pace.steps, this.#log.room(this.#rows.length, this.#batch));
      const count = await this.#steps.run(this.#batch, this.#scheduleRate() ? 1 : most, this.#log);
      this.#batch += count;
      await pace.submitted(count);
      const interrupted = this.#options.signal?.aborted ?? false;
      const due = performance.now() - shown >= progressMilliseconds;
      if (due || interrupted || this.#log.room(this.#rows.length, this.#batch) === 0) {
        await this.#readLog();
        await this.#showProgress(firstBatch, (performance.now() - started) / 1000);
        shown = performance.now();
      }
      if (interrupted) throw await this.#interrupt();
    }
    await pace.drain();
    await this.#readLog();
    await requireFiniteWeights(this.#session, `epoch ${this.#epoch + 1} of ${this.epochs}`);
    return (performance.now() - started) / 1000;
  }

  /** Sets the rate of the next step, if the optimizer has a schedule; then each step is submitted on its own. */
  #scheduleRate(): boolean {
    const { name, schedule } = this.#session.optimizer;
    if (!schedule) return false;
    const step = this.#firstStep + this.#batch;
    this.#session.learningRate = checkedRate(name, schedule(step), step);
    return true;
  }

  async #interrupt(): Promise<InterruptedError> {
    await this.#call((callback) => callback.onInterrupt?.(this));
    return new InterruptedError(
      `Interrupted in epoch ${this.#epoch + 1} after ${this.#batch} of ${this.stepsPerEpoch} batches.`,
    );
  }

  /** Fetches the log's new rows. Throws NumericError, naming step and layer, if a loss or a gradient was not finite. */
  async #readLog(): Promise<void> {
    const from = this.#rows.length;
    this.#rows.push(...(await this.#log.read(from, this.#batch)));
    const { halted } = await this.#session.step.read();
    if (halted === 0) return this.#showSteps(from, this.#batch);
    const step = halted - 1;
    const batch = step + (await this.#skipped()) - this.#firstStep;
    await this.#showSteps(from, batch + 1);
    throw await this.#steps.diagnose({ epoch: this.#epoch, batch, step });
  }

  /** Tells callbacks that want to know of batches `from` to `to` (exclusive) what each did. */
  async #showSteps(from: number, to: number): Promise<void> {
    const found = await this.#log.norms?.read(from, to);
    if (!found || found.length === 0) return;
    const records = found.map((norms, i) => {
      const batch = from + i;
      const logs = this.#log.means([this.#rows[batch]!]);
      return { epoch: this.#epoch, batch, step: this.#firstStep + batch, logs, ...norms };
    });
    await this.#call((callback) => callback.onSteps?.(records, this));
  }

  /** Of all epochs so far. */
  async #batchesDone(): Promise<number> {
    return (await this.#session.step.read()).step + (await this.#skipped());
  }

  /** Updates that were left out since gradients overflowed f16. */
  async #skipped(): Promise<number> {
    return (await this.#session.lossScale?.read())?.skipped ?? 0;
  }

  async #showProgress(firstBatch: number, seconds: number): Promise<void> {
    const samples = this.#steps.samplesIn(this.#batch);
    const progress: Progress = {
      epoch: this.#epoch,
      epochs: this.epochs,
      batch: this.#batch,
      steps: this.stepsPerEpoch,
      samples,
      totalSamples: this.#steps.totalSamples,
      logs: this.#log.means(this.#rows),
      seconds,
      imagesPerSecond: (samples - this.#steps.samplesIn(firstBatch)) / seconds,
    };
    this.#printer?.progress(progress);
    await this.#call((callback) => callback.onProgress?.(progress, this));
    await this.#claim.letOthers(() => this.#options.onProgress?.(progress));
  }

  /** One callback after the other; meanwhile, and until all they began is done, they may use the model. */
  async #call(hook: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#callbacks) await this.#claim.letOthers(() => hook(callback));
  }
}
