/** @file fit(): opens its data, trains, and closes what it opened; samples on the GPU are visited in a new order every epoch. */
import { requireHalf } from "../../engine/adapter.ts";
import { ArgumentError, type NumericError } from "../../engine/errors.ts";
import { holdCallbacks } from "../callbacks/hold.ts";
import type { Claim } from "../claims.ts";
import { type ArrayTuple, dataFrom } from "../data/arrays.ts";
import { type BatchGenerator, isBatchGenerator } from "../data/batch-iterator.ts";
import { type Batches, type DataSource, evaluationBatch, openBatches } from "../data/batches.ts";
import { shuffled } from "../data/order.ts";
import { weightsWithoutClasses } from "../data/sample-weights.ts";
import { checkSetNames } from "../objective/result-names.ts";
import { type BadBatch, diagnose } from "./diagnose.ts";
import { type EpochSteps, type EvaluationSet, FitRun } from "./fit-run.ts";
import { GeneratorSteps } from "./generator-steps.ts";
import type { History } from "./history.ts";
import type { TrainingLog } from "./log.ts";
import { checkFit, type FitOptions } from "./options.ts";
import { checkResume, checkSamePrecision } from "./resume.ts";
import type { Session } from "./session.ts";
import { TrainingStep } from "./step.ts";

/** `claim` is on the model's weights, from here to the end. */
export async function fitSession(
  session: Session,
  source: DataSource | BatchGenerator,
  options: FitOptions,
  claim: Claim,
): Promise<History> {
  checkFit(options);
  const { precision = "float32", lossScale, resume } = options;
  if (resume) checkSamePrecision(precision, resume);
  if (precision === "mixed") requireHalf('fit: precision "mixed"', session.engine.adapter);
  const releaseCallbacks = holdCallbacks(options.callbacks ?? []);
  const opened: Batches[] = [];
  let steps: EpochSteps | undefined;
  let history: History | undefined;
  try {
    session.setPrecision(precision, lossScale);
    session.independentParts = options.microBatches === "independent";
    session.recompute = options.recompute;
    const held: EvaluationSet[] = [];
    if (isBatchGenerator(source)) steps = new GeneratorSteps(session, source, options, claim);
    else {
      const [training, validation] = await openTraining(session, source, options, opened);
      if (validation) held.push({ prefix: "val", batches: validation });
      steps = new SampleSteps(session, training, options);
    }
    const sets = [...held, ...(await openSets(session, options, opened))];
    checkSetNames(
      session.objective.columnNames,
      sets.map(({ prefix }) => prefix),
    );
    if (resume) checkResume(resume, { session, steps, epochs: options.epochs ?? 1 });
    const run = new FitRun(session, steps, sets, options, claim);
    if (resume) await claim.letOthers(() => session.restore(resume));
    history = await run.run();
    return history;
  } finally {
    releaseCallbacks();
    session.setPrecision("float32");
    session.independentParts = false;
    session.recompute = undefined;
    for (const batches of opened) batches.dispose();
    const closed = (async () => steps?.dispose())();
    await (history ? closed : closed.catch(() => {})); // what ended fit is told first, as by for ... of
  }
}

/** The samples to train on, and those that validationSplit holds out. */
async function openTraining(
  session: Session,
  source: DataSource,
  options: FitOptions,
  opened: Batches[],
): Promise<readonly [Batches, Batches?]> {
  const { validationSplit = 0, batchSize = 32, validationBatchSize = evaluationBatch } = options;
  const most = validationSplit === 0 ? batchSize : Math.max(batchSize, validationBatchSize);
  const all = await openBatches("fit", session, source, most, options);
  opened.push(all);
  if (validationSplit === 0) return [all];
  const { indices, total } = all;
  const kept = Math.floor(all.count * (1 - validationSplit));
  if (kept === 0)
    throw new ArgumentError(`fit: validationSplit ${validationSplit} leaves no sample to train on.`);
  const weights = options.classWeight && weightsWithoutClasses("fit", session, total, source, options);
  const validation = all.withIndices(indices.slice(kept), weights);
  opened.push(validation);
  const training = all.withIndices(indices.slice(0, kept));
  opened.push(training);
  return [training, validation];
}

/** What is evaluated after every epoch, opened one after the other. */
async function openSets(
  session: Session,
  { validationData, evaluationSets = {}, validationBatchSize = evaluationBatch }: FitOptions,
  opened: Batches[],
): Promise<EvaluationSet[]> {
  const sets: { prefix: string; title: string; data: DataSource | ArrayTuple }[] = [];
  if (validationData) sets.push({ prefix: "val", title: "fit: validationData", data: validationData });
  for (const [prefix, data] of Object.entries(evaluationSets))
    sets.push({ prefix, title: `fit: evaluationSets.${prefix}`, data });
  const found: EvaluationSet[] = [];
  for (const { prefix, title, data } of sets) {
    const source = await dataFrom(title, session, data);
    const batches = await openBatches(title, session, source, validationBatchSize);
    opened.push(batches);
    found.push({ prefix, batches });
  }
  return found;
}

/** Steps on samples on the GPU; the last of an epoch may have fewer. */
export class SampleSteps implements EpochSteps {
  readonly #session: Session;
  readonly #batches: Batches;
  readonly #options: FitOptions;
  readonly #batchSize: number;
  /** by batch size */
  readonly #steps = new Map<number, TrainingStep>();

  /** Throws ArgumentError for options that only make sense for a generator. */
  constructor(session: Session, batches: Batches, options: FitOptions) {
    if (options.stepsPerEpoch !== undefined)
      throw new ArgumentError("fit: stepsPerEpoch is for generators; a data set is visited once per epoch.");
    this.#session = session;
    this.#batches = batches;
    this.#options = options;
    this.#batchSize = Math.min(options.batchSize ?? 32, batches.count);
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#batches.count / this.#batchSize);
  }

  get totalSamples(): number {
    return this.#batches.count;
  }

  samplesIn(batches: number): number {
    return Math.min(batches * this.#batchSize, this.#batches.count);
  }

  start(epoch: number, batch: number): void {
    this.#begin(epoch, batch);
    this.#session.step.set({ position: batch * this.#batchSize });
  }

  async run(batch: number, most: number, log: TrainingLog): Promise<number> {
    const full = Math.floor(this.#batches.count / this.#batchSize);
    const size = batch < full ? this.#batchSize : this.#batches.count - full * this.#batchSize;
    const count = Math.min(most, batch < full ? full - batch : 1);
    const step = await this.#stepFor(size, log);
    const ready = await this.#batches.ready(count);
    step.run(ready);
    return ready;
  }

  async diagnose(bad: Omit<BadBatch, "batchSize">): Promise<NumericError> {
    this.#begin(bad.epoch, bad.batch);
    await this.#batches.ready(1);
    return diagnose(this.#session, this.#batches, { ...bad, batchSize: this.#batchSize });
  }

  makeRoom(): void {
    for (const step of this.#steps.values()) step.makeRoom();
  }

  dispose(): void {
    for (const step of this.#steps.values()) step.dispose();
  }

  #begin(epoch: number, batch: number): void {
    const { indices } = this.#batches;
    const order = (this.#options.shuffle ?? true) ? shuffled(indices, this.#session.seed, epoch) : indices;
    this.#batches.begin(order, this.#batchSize, batch);
  }

  async #stepFor(size: number, log: TrainingLog): Promise<TrainingStep> {
    const known = this.#steps.get(size);
    for (const step of this.#steps.values()) if (step !== known) step.makeRoom();
    if (known) return known;
    const { eager = false, onPlan } = this.#options;
    const step = await TrainingStep.prepare(this.#session, this.#batches, log, size, eager);
    this.#steps.set(size, step);
    if (this.#steps.size === 1) onPlan?.(step.parts, step.memory);
    return step;
  }
}
