/** @file A training in the worker: opened from an experiment or its checkpoint, stepped by fit(), watched between steps. */
import { platform } from "#platform";
import { createEngine, type Engine } from "../../engine/index.ts";
import type { Callback, FitControl, StepRecord } from "../../models/callbacks/callback.ts";
import {
  hasCheckpoint,
  readCheckpoint,
  saveCheckpoints,
  writeCheckpoint,
} from "../../models/checkpoint/checkpoint.ts";
import type { TrainingSnapshot } from "../../models/checkpoint/snapshot.ts";
import { jsonCopy } from "../../models/exact-json.ts";
import { History, type Logs } from "../../models/fit/history.ts";
import type { Model } from "../../models/model.ts";
import { saveWeights } from "../../models/weights/model-weights.ts";
import type { Profile } from "../../runner/experiment.ts";
import { type PageExperiment, withPageSettings } from "../../runner/lab/page-run.ts";
import { errorRates } from "../../runner/training/error-rates.ts";
import { type FetchedRun, fetchRun } from "./fetch-run.ts";
import { Gate } from "./gate.ts";
import { weightsHash } from "./hash.ts";
import { loadImages } from "./image-data.ts";
import type { KernelEdit, KernelText } from "./kernels-protocol.ts";
import { LaunchValues } from "./launch-values.ts";
import { lookAt } from "./look.ts";
import type { Moment } from "./moment.ts";
import type {
  EpochPoint,
  LabEvent,
  Look,
  Opened,
  StartOptions,
  StepPoint,
  StepTrace,
  TrainingChoice,
} from "./protocol.ts";
import { StepMicroscope } from "./step-microscope.ts";
import { traceStep } from "./step-trace.ts";
import { TrainingData } from "./training-data.ts";

/** Between two checkpoints within an epoch. */
const saveMilliseconds = 10_000;

interface OpenOptions extends StartOptions {
  /** trains in place of a shipped text */
  readonly edit?: KernelText | undefined;
}

/** Where the checkpoint of a training is in the browser's own file system: one by an edited kernel has a folder of its own. */
export function checkpointFolder(
  { experiment, profile, seed }: TrainingChoice,
  { run = false, edit }: Pick<OpenOptions, "run" | "edit"> = {},
): string {
  return `lab/${experiment}-${profile}-${seed}${run ? "-run" : ""}${edit ? `-${edit.hash.slice(0, 16)}` : ""}`;
}

/** Where a training begins, if not with new weights: where the server's run ended, or where this one was before. */
async function startOf(
  choice: TrainingChoice,
  { afresh, run, page, edit }: OpenOptions,
): Promise<Partial<FetchedRun>> {
  if (run) return fetchRun(page);
  const folder = checkpointFolder(choice, { edit });
  return !afresh && (await hasCheckpoint(folder)) ? { snapshot: await readCheckpoint(folder) } : {};
}

export class Training {
  readonly engine: Engine;
  readonly model: Model;
  readonly data: TrainingData;
  readonly choice: TrainingChoice;
  readonly gate = new Gate();
  /** steps done, of all epochs */
  step: number;
  readonly #experiment: PageExperiment;
  readonly #tell: (event: LabEvent) => void;
  /** of the checkpoint */
  readonly #folder: string;
  readonly #shuffle: boolean;
  readonly #snapshot: TrainingSnapshot | undefined;
  readonly #stopping = new AbortController();
  readonly #edit: KernelEdit | undefined;
  #control: FitControl | undefined;
  #microscope: StepMicroscope | undefined;
  #values: LaunchValues | undefined;
  #saved = performance.now();

  private constructor(
    parts: Pick<Training, "engine" | "model" | "data" | "choice"> & {
      readonly folder: string;
      readonly shuffle: boolean;
      readonly edit: KernelEdit | undefined;
    },
    experiment: PageExperiment,
    snapshot: TrainingSnapshot | undefined,
    tell: (event: LabEvent) => void,
  ) {
    this.engine = parts.engine;
    this.model = parts.model;
    this.data = parts.data;
    this.choice = parts.choice;
    this.#folder = parts.folder;
    this.#shuffle = parts.shuffle;
    this.#edit = parts.edit && { kernel: parts.edit.kernel, hash: parts.edit.hash };
    this.#experiment = experiment;
    this.#snapshot = snapshot;
    this.step = snapshot?.position.step ?? 0;
    this.#tell = tell;
  }

  /** Compiles the network and loads its images. Goes on from the choice's checkpoint, if it has one, unless it shall begin `afresh`. */
  static async open(
    declared: PageExperiment,
    choice: TrainingChoice,
    options: OpenOptions,
    tell: (event: LabEvent) => void,
  ): Promise<Training> {
    const { profile, seed } = choice;
    const { edit } = options;
    const { snapshot, settings } = await startOf(choice, options);
    const experiment = settings ? withPageSettings(declared, profile, settings) : declared;
    const engine = await createEngine(edit ? { shaders: { [edit.kernel]: edit.text } } : {});
    const model = experiment.network(profile);
    const { loss, metrics, learningPhase = 0 } = experiment;
    const optimizer = experiment.optimizer();
    await model.compile({ engine, optimizer, loss, metrics, learningPhase, seed });
    const images = await loadImages(experiment, profile, seed, options.page);
    const data = await TrainingData.open(engine, experiment, profile, images, seed);
    const folder = checkpointFolder(choice, options);
    const shuffle = settings?.shuffle ?? true;
    const parts = { engine, model, data, choice, folder, shuffle, edit };
    return new Training(parts, experiment, snapshot, tell);
  }

  get profile(): Profile {
    return this.#experiment.profiles[this.choice.profile];
  }

  get facts(): Opened {
    const { train, test, classes, origin, note } = this.data.images;
    const { description, device } = this.engine.adapter;
    const position = this.#snapshot?.position;
    const trained = this.data.training.indices?.length ?? train.count;
    return {
      choice: this.choice,
      title: this.#experiment.title,
      adapter: description || device,
      layers: this.model.summary().rows.map(({ name, type, outputShape, parameters, inputs }) => ({
        name,
        className: type,
        inputs,
        outputShape,
        parameters,
        config: jsonCopy(name, this.model.getLayer(name).getConfig()),
      })),
      data: {
        train: trained,
        test: test.count,
        shape: [test.height, test.width, test.channels],
        classes,
        origin,
        note,
        targets: this.data.targets,
      },
      epochs: this.profile.epochs,
      batchSize: this.profile.batch,
      stepsPerEpoch: Math.ceil(trained / this.profile.batch),
      past: position ? epochsOf(History.fromJSON(position.history)) : [],
      step: position?.step ?? 0,
      edit: this.#edit,
    };
  }

  /** Trains to the last epoch; rejects with InterruptedError after stop(). */
  async run(): Promise<void> {
    try {
      await this.#fit();
    } catch (error) {
      this.gate.end(error);
      throw error;
    } finally {
      this.#control = undefined;
    }
  }

  async #fit(): Promise<void> {
    const testIsValidation = this.#experiment.validation === "test";
    await this.model.fit(this.data.training, {
      epochs: this.profile.epochs,
      batchSize: this.profile.batch,
      shuffle: this.#shuffle,
      validationData: this.data.validation,
      ...(testIsValidation ? {} : { evaluationSets: { test: this.data.testing } }),
      signal: this.#stopping.signal,
      callbacks: [
        errorRates({ testIsValidation }),
        ...(this.#experiment.callbacks?.() ?? []),
        saveCheckpoints(this.#folder),
        this.#watcher(),
      ],
      ...(this.#snapshot ? { resume: this.#snapshot } : {}),
    });
  }

  /** What the network makes of a test image. */
  look(image: number): Promise<Look> {
    return this.between(() => lookAt(this.model, this.data, image, this.step));
  }

  /** A step at this batch size under the clock. */
  trace(batch: number): Promise<StepTrace> {
    return this.between(() => traceStep(this, this.#experiment, batch));
  }

  /** The microscope on the next step; another one, if training has gone on since the last. */
  async microscope(): Promise<StepMicroscope> {
    if (this.#microscope?.moment.step !== this.step) {
      this.#microscope?.dispose();
      this.#microscope = undefined;
      this.#microscope = await StepMicroscope.open(this.model, this.data, this.#moment);
    }
    return this.#microscope;
  }

  /** What the launches of the next step read and write; of another one, if training has gone on since the last. */
  async launchValues(): Promise<LaunchValues> {
    if (this.#values?.moment.step !== this.step) {
      this.#values?.dispose();
      this.#values = undefined;
      this.#values = await LaunchValues.open(this.model, this.data, this.#moment);
    }
    return this.#values;
  }

  get #moment(): Moment {
    const seed = this.#shuffle ? this.choice.seed : undefined;
    return { step: this.step, batchSize: this.profile.batch, seed };
  }

  /** Writes the weights as they are between two steps; the same bytes as `wgrad train` writes. Returns where, for download(). */
  async saveWeights(): Promise<string> {
    const path = platform.files.join(this.#folder, "weights.safetensors");
    await platform.files.makeFolder(this.#folder); // a run that had ended has written nothing here
    await this.between(() => saveWeights(this.model, path));
    return path;
  }

  /** Runs `work` between two steps; at any time after the last. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return this.#control ? this.gate.between(work) : work();
  }

  /** Of the steps from now on, before decay. */
  set learningRate(value: number) {
    if (this.#control) this.#control.learningRate = value;
  }

  /** Ends run() between two steps and leaves a checkpoint. */
  stop(): void {
    this.#stopping.abort();
    this.gate.open();
  }

  dispose(): void {
    this.#microscope?.dispose();
    this.#values?.dispose();
    this.data.dispose();
    this.model.dispose();
    this.engine.dispose();
  }

  #watcher(): Callback {
    return {
      name: "lab",
      onTrainBegin: (control) => {
        this.#control = control;
      },
      onSteps: async (steps, control) => {
        this.step = steps.at(-1)!.step + 1;
        this.#tell({ kind: "steps", steps: steps.map(pointOf) });
        if (this.gate.isClosed || performance.now() - this.#saved > saveMilliseconds)
          await this.#save(control);
        await this.gate.pass();
      },
      onEpochEnd: async (epoch, logs, control) => {
        const point = { epoch: epoch + 1, logs: numbersOf(logs), hash: await weightsHash(control) };
        this.#tell({ kind: "epoch", point });
      },
      onTrainEnd: () => this.gate.pass(), // what was asked for during the last evaluation
    };
  }

  /** A closed tab loses little. */
  async #save(control: FitControl): Promise<void> {
    const shapes = new Map(this.model.weights.map(({ path, variable }) => [path, variable.shape]));
    await writeCheckpoint(this.#folder, await control.snapshot(), shapes);
    this.#saved = performance.now();
  }
}

function pointOf({ step, epoch, logs, learningRate, ...norms }: StepRecord): StepPoint {
  const { gradientNorm, gradientNorms, updateNorms } = norms;
  const { loss, accuracy } = numbersOf(logs);
  return { step, epoch, loss: loss!, accuracy, learningRate, gradientNorm, gradientNorms, updateNorms };
}

function numbersOf(logs: Logs): Record<string, number> {
  return Object.fromEntries(
    Object.entries(logs).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

/** The epochs of a history, each with its numbers. */
function epochsOf({ epoch, history }: History): EpochPoint[] {
  const logsOf = (i: number) => Object.entries(history).map(([name, values]) => [name, values[i]!]);
  return epoch.map((number, i) => ({ epoch: number, logs: numbersOf(Object.fromEntries(logsOf(i))) }));
}
