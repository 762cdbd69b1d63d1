/** @file Two trainings of one experiment side by side: the same images in the same order, but for what each does differently. */
import { InterruptedError, NumericError } from "../../engine/errors.ts";
import { createEngine, type Engine } from "../../engine/index.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { Callback, FitControl } from "../../models/callbacks/callback.ts";
import { LearningRateSchedulerCallback } from "../../models/callbacks/learning-rate-scheduler.ts";
import { replaceIn } from "../../models/layers/config.ts";
import { Conv2DLayer } from "../../models/layers/conv2d.ts";
import { Conv2DTransposeLayer } from "../../models/layers/conv2d-transpose.ts";
import { DenseLayer } from "../../models/layers/dense.ts";
import { Layer, type LayerClass } from "../../models/layers/layer.ts";
import type { Model } from "../../models/model.ts";
import { type OptimizerChoice, optimizer, optimizersByName } from "../../models/optimizer-names.ts";
import type { PageExperiment } from "../../runner/lab/page-run.ts";
import type { Racer } from "../racer.ts";
import { weightsHash } from "./hash.ts";
import { loadImages } from "./image-data.ts";
import type { TrainingChoice } from "./protocol.ts";
import { TrainingData } from "./training-data.ts";
import { type Side, Turns } from "./turns.ts";

export type RaceState = "opening" | "racing" | "done" | "stopped" | "failed";

/** A side as it begins. */
export interface RacerFacts {
  readonly optimizer: string;
  /** before decay */
  readonly learningRate: number;
}

export interface RaceFacts {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly sides: readonly [RacerFacts, RacerFacts];
}

export type RaceEvent =
  | { readonly kind: "opened"; readonly facts: RaceFacts }
  /** loss of each step, in order */
  | { readonly kind: "steps"; readonly side: Side; readonly losses: readonly number[] }
  /** epoch 0 is before the first step */
  | { readonly kind: "epoch"; readonly side: Side; readonly epoch: RaceEpoch }
  /** a side has ended early: its loss or its gradients were not finite */
  | { readonly kind: "fell"; readonly side: Side; readonly message: string }
  | { readonly kind: "state"; readonly state: RaceState; readonly message?: string };

export interface RaceEpoch {
  readonly epoch: number;
  /** of the validation images; none before the first step */
  readonly accuracy: number | undefined;
  /** SHA-256 of all weights in layer order, hexadecimal */
  readonly hash: string;
}

interface Runner {
  readonly racer: Racer;
  readonly model: Model;
}

export class Race {
  readonly #engine: Engine;
  readonly #data: TrainingData;
  readonly #experiment: PageExperiment;
  readonly #choice: TrainingChoice;
  readonly #runners: readonly [Runner, Runner];
  readonly #tell: (event: RaceEvent) => void;
  readonly #turns = new Turns();
  readonly #stopping = new AbortController();

  private constructor(
    parts: {
      readonly engine: Engine;
      readonly data: TrainingData;
      readonly runners: readonly [Runner, Runner];
    },
    experiment: PageExperiment,
    choice: TrainingChoice,
    tell: (event: RaceEvent) => void,
  ) {
    this.#engine = parts.engine;
    this.#data = parts.data;
    this.#runners = parts.runners;
    this.#experiment = experiment;
    this.#choice = choice;
    this.#tell = tell;
  }

  /** Compiles both networks on one engine. Throws ArgumentError for a side that the experiment's network cannot take. */
  static async open(
    experiment: PageExperiment,
    choice: TrainingChoice,
    racers: readonly [Racer, Racer],
    page: string,
    tell: (event: RaceEvent) => void,
  ): Promise<Race> {
    const { profile, seed } = choice;
    const images = await loadImages(experiment, profile, seed, page);
    const engine = await createEngine();
    try {
      const data = await TrainingData.open(engine, experiment, profile, images, seed);
      const runners = [
        await open(engine, experiment, choice, racers[0]),
        await open(engine, experiment, choice, racers[1]),
      ] as const;
      return new Race({ engine, data, runners }, experiment, choice, tell);
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  get facts(): RaceFacts {
    const { epochs, batch } = this.#experiment.profiles[this.#choice.profile];
    const trained = this.#data.training.indices?.length ?? this.#data.images.train.count;
    const factsOf = ({ model }: Runner): RacerFacts => {
      const { name, learningRate } = model.session.optimizer;
      return { optimizer: name, learningRate };
    };
    const [left, right] = this.#runners;
    return { epochs, stepsPerEpoch: Math.ceil(trained / batch), sides: [factsOf(left), factsOf(right)] };
  }

  /** Both to the last epoch, in turn, some steps at a time; rejects with InterruptedError after stop(). */
  async run(): Promise<void> {
    const ends = await Promise.allSettled([this.#train(0), this.#train(1)]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  stop(): void {
    this.#stopping.abort();
    this.#turns.free();
  }

  dispose(): void {
    this.#data.dispose();
    for (const { model } of this.#runners) model.dispose();
    this.#engine.dispose();
  }

  async #train(side: Side): Promise<void> {
    const { racer, model } = this.#runners[side];
    const { epochs, batch } = this.#experiment.profiles[this.#choice.profile];
    await this.#turns.begin(side);
    try {
      if (this.#stopping.signal.aborted)
        throw new InterruptedError("The race was stopped before its first step.");
      await model.fit(this.#data.training, {
        epochs,
        batchSize: batch,
        validationData: this.#data.validation,
        signal: this.#stopping.signal,
        callbacks: [...callbacksOf(this.#experiment, racer), this.#watcher(side)],
      });
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      this.#tell({ kind: "fell", side, message: error.message });
    } finally {
      this.#turns.end(side);
    }
  }

  #watcher(side: Side): Callback {
    const tellEpoch = async (epoch: number, accuracy: number | undefined, control: FitControl) => {
      const hash = await weightsHash(control);
      this.#tell({ kind: "epoch", side, epoch: { epoch, accuracy, hash } });
    };
    return {
      name: "race",
      onTrainBegin: (control) => tellEpoch(0, undefined, control),
      onSteps: async (steps) => {
        this.#tell({ kind: "steps", side, losses: steps.map(({ logs }) => Number(logs.loss)) });
        await this.#turns.pass(side, steps.at(-1)!.step + 1);
      },
      onEpochEnd: (epoch, logs, control) => {
        const accuracy = logs.val_accuracy;
        return tellEpoch(epoch + 1, typeof accuracy === "number" ? accuracy : undefined, control);
      },
    };
  }
}

async function open(
  engine: Engine,
  experiment: PageExperiment,
  choice: TrainingChoice,
  racer: Racer,
): Promise<Runner> {
  const declared = experiment.network(choice.profile);
  const model = racer.initializer ? withInitializer(declared, racer.initializer) : declared;
  const { loss, metrics, learningPhase = 0 } = experiment;
  const seed = racer.seed ?? choice.seed;
  await model.compile({
    engine,
    optimizer: optimizerOf(experiment, racer),
    loss,
    metrics,
    learningPhase,
    seed,
  });
  return { racer, model };
}

/** The experiment's own with another rate, or another with its defaults. */
export function optimizerOf(experiment: PageExperiment, { optimizer: name, learningRate }: Racer): Optimizer {
  const rate = learningRate === undefined ? {} : { learningRate };
  if (name) return optimizersByName[name](rate);
  const own = experiment.optimizer();
  if (learningRate === undefined) return own;
  const { scheduled: _, ...config } = own.config;
  return optimizer({ ...config, ...rate } as OptimizerChoice);
}

/** A rate or an optimizer that is chosen is not changed by the experiment's rule for the rate of its own. */
function callbacksOf({ callbacks }: PageExperiment, { optimizer: name, learningRate }: Racer): Callback[] {
  const own = [...(callbacks?.() ?? [])];
  const isChosen = name !== undefined || learningRate !== undefined;
  return own.filter((callback) => !(isChosen && callback instanceof LearningRateSchedulerCallback));
}

/** The same network, the kernels of its convolutions and dense layers drawn by this rule. */
export function withInitializer(model: Model, kernelInitializer: string): Model {
  const made = new Map<Layer, Layer>();
  const again = (layer: Layer): Layer => {
    const known = made.get(layer);
    if (known) return known;
    const config = replaceIn(layer.getConfig(), (value) =>
      value instanceof Layer ? { value: again(value) } : undefined,
    ) as Readonly<Record<string, unknown>>;
    const hasKernel =
      layer instanceof DenseLayer || layer instanceof Conv2DLayer || layer instanceof Conv2DTransposeLayer;
    const layerClass = layer.constructor as LayerClass;
    const twin = layerClass.fromConfig(hasKernel ? { ...config, kernelInitializer } : config);
    made.set(layer, twin);
    return twin;
  };
  return again(model) as Model;
}
