/** @file Session: a compiled model with all that its training steps work on. */
import { isAlive } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { pcg4d } from "../../engine/random.ts";
import { type StepFields, StepState } from "../../engine/step-state.ts";
import { LossScale, type LossScaleOptions } from "../../kernels/loss-scale/index.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { TrainingSnapshot } from "../checkpoint/snapshot.ts";
import type { OutputPort, Port } from "../data/ports.ts";
import type { Layer } from "../layers/layer.ts";
import type { Network } from "../network.ts";
import { Objective } from "../objective/objective.ts";
import type { LearningPhase, ResolvedCompileOptions } from "./compile-options.ts";
import { leaseEngine, returnEngine } from "./engine-lease.ts";
import { OptimizerState } from "./optimizer-state.ts";
import type { Precision } from "./precision.ts";

const evaluationStream = 0x6576;

/** Random changes of the inputs depend on the epoch, random layers on the steps, one for each batch from the first on. */
export type EvaluationMoment = Pick<StepFields, "epoch" | "step">;

export class Session {
  readonly model: Network;
  readonly engine: Engine;
  readonly objective: Objective;
  readonly state: OptimizerState;
  /** that of compile(), or of the snapshot that training went on from */
  seed: number;
  /** of training; evaluation has its own */
  readonly step: StepState;
  readonly inputs: readonly Port[];
  readonly outputs: readonly OutputPort[];
  /** of the steps that are prepared: in mixed precision the scale of their loss, in float32 undefined */
  lossScale: LossScale | undefined;
  /** parts of a batch that does not fit may count as batches of their own where a layer needs the whole one */
  independentParts = false;
  /** activations are computed again in the backward pass; undefined: only where the memory limit needs it */
  recompute: boolean | undefined;
  /** of evaluate() and predict() */
  readonly learningPhase: LearningPhase;
  /** kernel launches of the last recorded training step */
  dispatchesPerStep = 0;
  /** calls of evaluate() and predict() so far */
  #evaluations = 0;
  #learningRate: number;
  #disposed = false;
  readonly #atEnd: (() => void)[] = [];
  /** stays from one mixed fit to the next */
  #lossScale: LossScale | undefined;

  private constructor(
    model: Network,
    engine: Engine,
    objective: Objective,
    options: ResolvedCompileOptions,
    kept: ReadonlyMap<string, Float32Array> | undefined,
  ) {
    this.model = model;
    this.engine = engine;
    this.objective = objective;
    this.seed = options.seed ?? 1;
    this.learningPhase = options.learningPhase ?? 0;
    this.inputs = inputPorts(model);
    this.outputs = objective.heads;
    this.state = new OptimizerState(model.initialize(engine, this.seed, kept), options.optimizer);
    this.step = new StepState(engine);
    this.#learningRate = options.optimizer.learningRate;
    this.step.set({ seed: this.seed, learningRate: this.#learningRate });
  }

  /**
   * Checks loss and metrics against the model by a dry run of one sample, and puts the weights on the engine. A model
   * that is compiled again keeps its weights, and `previous` is disposed of. Weights on an engine that is dead are lost.
   */
  static async create(model: Network, options: ResolvedCompileOptions, previous?: Session): Promise<Session> {
    if (options.learningPhase === 1) refuseBatchNormalization(model);
    const names = model.outputNames;
    const outputs = model.outputs.map(({ shape }, i) => ({ name: names[i]!, shape }));
    const { loss, metrics = [], lossWeights, weightedMetrics } = options;
    const objective = new Objective(outputs, loss, metrics, lossWeights, weightedMetrics);
    if (options.engine) model.checkEngine(options.engine);
    const kept = previous && (await keptWeights(model, previous.engine));
    const engine = await leaseEngine(options.engine, model.engine);
    previous?.dispose();
    const session = new Session(model, engine, objective, options, kept);
    try {
      objective.check(engine, () => {
        const inputs = model.inputs.map(({ shape }) => engine.zeros([1, ...shape]));
        return model.callAll(inputs, { training: false, stream: 0 });
      });
    } catch (error) {
      session.dispose();
      throw error;
    }
    return session;
  }

  get optimizer(): Optimizer {
    return this.state.optimizer;
  }

  /** Of the next step, before decay. Stays from one fit to the next. */
  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(value: number) {
    this.#learningRate = value;
    this.step.set({ learningRate: value });
  }

  /** Of the next evaluate() or predict(): in learning phase 1 no two of a compiled model draw the same numbers. */
  nextMoment(): EvaluationMoment {
    return { epoch: 0, step: this.#drawsFrom(this.#evaluations++, 0) };
  }

  /** Of the evaluation of fit's set number `index` after `step` updates, so that a resumed run draws the same. */
  momentInFit(epoch: number, step: number, index: number): EvaluationMoment {
    return { epoch, step: this.#drawsFrom(step, 1 + index) };
  }

  /** Passes count their batches from here: a place that is far from those of training and of other passes. */
  #drawsFrom(count: number, kind: number): number {
    return pcg4d(count, kind, evaluationStream, this.seed)[0];
  }

  /** Of the steps that are prepared from now on. Options of the loss scale start scaling anew. */
  setPrecision(precision: Precision, options?: LossScaleOptions): void {
    if (options) {
      this.#lossScale?.dispose();
      this.#lossScale = undefined;
    }
    this.#lossScale ??= precision === "mixed" ? new LossScale(this.engine, options) : undefined;
    this.lossScale = precision === "mixed" ? this.#lossScale : undefined;
  }

  /** Weights, optimizer state, seed, step number and, in mixed precision, the loss scale of a snapshot that was checked. */
  restore({ position, weights, slots }: TrainingSnapshot): void {
    this.seed = position.seed;
    this.model.setWeights(weights);
    this.state.write(slots);
    this.step.set({ step: position.step, seed: position.seed });
    if (position.lossScale) this.lossScale?.write(position.lossScale);
    this.learningRate = position.learningRate;
  }

  /** Stays from one mixed fit to the next; undefined before the first. */
  get keptLossScale(): LossScale | undefined {
    return this.#lossScale;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Calls `free` when the session is disposed of. */
  onDispose(free: () => void): void {
    this.#atEnd.push(free);
  }

  dispose(): void {
    this.#disposed = true;
    for (const free of this.#atEnd.splice(0)) free();
    this.state.dispose();
    this.step.dispose();
    this.#lossScale?.dispose();
    returnEngine(this.engine);
  }
}

/** A model's inputs, by which its data is checked. */
export function inputPorts({ inputs, inputNames }: Network): Port[] {
  return inputs.map(({ shape }, i) => ({ name: inputNames[i]!, shape }));
}

/** Undefined if they went with their device. */
async function keptWeights(
  model: Network,
  engine: Engine,
): Promise<ReadonlyMap<string, Float32Array> | undefined> {
  try {
    return await model.getWeights();
  } catch (error) {
    if (isAlive(engine)) throw error;
    return undefined;
  }
}

function refuseBatchNormalization({ layers }: Network): void {
  const within = (layer: Layer): readonly Layer[] => [layer, ...layer.innerLayers.flatMap(within)];
  const found = layers.flatMap(within).find(({ className }) => className === "BatchNormalization");
  if (!found) return;
  throw new ArgumentError(
    `compile: learningPhase 1 is not for models with batch normalisation (${found.name}): evaluation would change its moving statistics.`,
  );
}
