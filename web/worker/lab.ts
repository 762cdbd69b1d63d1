/** @file What the page may ask the worker for. One training is open at a time. */
import { DeviceLostError, InterruptedError, nearest, UsageError } from "../../engine/errors.ts";
import type { Place } from "../../lessons/microscope/elements.ts";
import type { AddressExplanation } from "../../lessons/microscope/explain-address.ts";
import type { Experiment, ProfileName } from "../../runner/experiment.ts";
import { type PageExperiment, pageExperiments } from "../../runner/lab/page-run.ts";
import { ownName } from "../design.ts";
import type { Racer } from "../racer.ts";
import { Breakage } from "./break.ts";
import {
  type Answer,
  ask,
  type PixelChange,
  type Probe,
  probe,
  reconstruct,
  type TestPicture,
  testPicture,
} from "./draw.ts";
import { exportModel } from "./export.ts";
import { Kernels } from "./kernels.ts";
import { type HandAnswer, type HandRequest, Lessons } from "./lessons.ts";
import { OwnNetwork } from "./network.ts";
import type { ExportFormat } from "./network-protocol.ts";
import { type PictureFile, pictureFrom } from "./picture-file.ts";
import type {
  ExperimentFacts,
  LabEvent,
  Look,
  OperandValues,
  PlaceExplanation,
  Plane,
  RecordedStep,
  StartOptions,
  StepTrace,
  TrainingChoice,
} from "./protocol.ts";
import { Race, type RaceEvent } from "./race.ts";
import type { StepMicroscope } from "./step-microscope.ts";
import { Training } from "./training.ts";

type Tell = (event: LabEvent) => void;

/** Who wants to know, and whether nothing else has been asked for since. */
interface Wish<T> {
  readonly tell: T;
  readonly isWanted: () => boolean;
}

interface RaceWish extends Wish<(event: RaceEvent) => void> {
  readonly racers: readonly [Racer, Racer];
  /** the page's address */
  readonly page: string;
}

export class Lab {
  readonly kernels = new Kernels(() => this.#training?.engine);
  /** kernels broken on purpose, apart from the open training */
  readonly breakage = new Breakage();
  /** the visitor's own */
  readonly network: OwnNetwork;
  readonly #experiments: readonly Experiment[];
  readonly #lessons = new Lessons();
  #training: Training | undefined;
  #race: Race | undefined;
  /** of the visitor's network that was opened last */
  #design: string | undefined;
  /** ends when the open training or race has ended */
  #running: Promise<void> = Promise.resolve();
  /** of the start that came last: an older one gives up */
  #starts = 0;

  constructor(experiments: readonly Experiment[]) {
    this.#experiments = experiments;
    this.network = new OwnNetwork(this.#networks("quick"));
  }

  #networks(profile: ProfileName): PageExperiment[] {
    return this.#experiments.flatMap((experiment) => pageExperiments(experiment, profile));
  }

  /** What a page can train. */
  list(): ExperimentFacts[] {
    return this.#networks("quick").map(({ id, title, dataset }) => ({ id, title, dataset: String(dataset) }));
  }

  /** Ends what is open and begins a training, from its checkpoint unless `afresh`. Resolves when it runs. */
  async start(choice: TrainingChoice, options: StartOptions, tell: Tell): Promise<void> {
    await this.#replace((isWanted) => this.#open(choice, options, { tell, isWanted }));
  }

  /** Ends the open training, which leaves its checkpoint, and begins a race in its place. Resolves when it runs. */
  async race(
    choice: TrainingChoice,
    racers: readonly [Racer, Racer],
    page: string,
    tell: (event: RaceEvent) => void,
  ): Promise<void> {
    await this.#replace((isWanted) => this.#runRace(choice, { racers, page, tell, isWanted }));
  }

  /** Ends what is open, or opens just now; a training's checkpoint stays. */
  async close(): Promise<void> {
    await this.#replace(async () => {});
  }

  /** One at a time: `begin` runs when what is open has ended, unless another was wanted meanwhile. */
  async #replace(begin: (isWanted: () => boolean) => Promise<void>): Promise<void> {
    const turn = ++this.#starts;
    const isWanted = () => turn === this.#starts;
    this.#training?.stop();
    this.#race?.stop();
    await this.#running;
    if (!isWanted()) return;
    this.#training?.dispose();
    this.#training = undefined;
    this.#running = begin(isWanted);
  }

  pause(): void {
    this.#training?.gate.close();
  }

  /** Goes on after a pause. */
  proceed(): void {
    this.#training?.gate.open();
  }

  setLearningRate(value: number): void {
    if (this.#training) this.#training.learningRate = value;
  }

  /** What the network makes of a test image. Undefined while none is open. */
  async look(image: number): Promise<Look | undefined> {
    return this.#training?.look(image);
  }

  /** A training step at this batch size under the clock. Undefined while no training is open. */
  async trace(batch: number): Promise<StepTrace | undefined> {
    return this.#training?.trace(batch);
  }

  /** What launch `index` of the next step reads and writes; pauses. Undefined while no training is open. */
  async launchValues(index: number): Promise<OperandValues[] | undefined> {
    this.pause();
    const training = this.#training;
    return training?.between(async () => (await training.launchValues()).of(index));
  }

  /** Pauses and records the next step. Undefined while no training is open. */
  async microscope(): Promise<RecordedStep | undefined> {
    this.pause();
    return this.#magnify(async (microscope) => microscope.facts);
  }

  /** A number of that step by its address. Rejects with UsageError for one that names nothing. */
  explain(address: string): Promise<AddressExplanation | undefined> {
    return this.#magnify((microscope) => microscope.explain(address));
  }

  /** A number of that step by the launch that binds it. */
  explainPlace(place: Place): Promise<PlaceExplanation | undefined> {
    return this.#magnify((microscope) => microscope.explainPlace(place));
  }

  /** The image, map or matrix that an address lies in. */
  planes(address: string): Promise<{ value: Plane; gradient: Plane | undefined } | undefined> {
    return this.#magnify((microscope) => microscope.planes(address));
  }

  async #magnify<T>(ask: (microscope: StepMicroscope) => Promise<T>): Promise<T | undefined> {
    const training = this.#training;
    return training?.between(async () => ask(await training.microscope()));
  }

  /** Writes the weights to the browser's own file system and says where. Undefined while no training is open. */
  async saveWeights(): Promise<string | undefined> {
    return this.#training?.saveWeights();
  }

  /** Writes the open network to the browser's own file system, in a format that others read. Undefined while none is open. */
  async exportModel(
    format: Exclude<ExportFormat, "typescript">,
  ): Promise<{ path: string; name: string } | undefined> {
    const training = this.#training;
    return training?.between(() => exportModel(training, format));
  }

  /** What the network makes of a picture of the visitor's. Undefined while none is open. */
  async ask(picture: Uint8Array, wanted: number | undefined): Promise<Answer | undefined> {
    const training = this.#training;
    return training?.between<Answer>(() =>
      training.data.targets === "images" ? reconstruct(training, picture) : ask(training, picture, wanted),
    );
  }

  /** What one pixel of the picture does to a score. Undefined while no network is open. */
  async probe(picture: Uint8Array, change: PixelChange): Promise<Probe | undefined> {
    const training = this.#training;
    return training?.between(() => probe(training, picture, change));
  }

  /** A test image, to begin a picture with. Undefined while no network is open. */
  testPicture(index: number): TestPicture | undefined {
    return this.#training && testPicture(this.#training.data, index);
  }

  /** A file in the size that the network takes. Undefined while none is open. */
  async readPicture(file: File): Promise<PictureFile | undefined> {
    const { height, width, channels } = this.#training?.data.images.test ?? {};
    return height && width && channels ? pictureFrom(file, [height, width, channels]) : undefined;
  }

  /** An example of a lesson, computed; it needs no training. Rejects with ArgumentError for numbers that do not fit. */
  byHand(request: HandRequest): Promise<HandAnswer> {
    return this.#lessons.answer(request);
  }

  /** For teachers and tests: what happens when a GPU goes away. */
  loseDevice(): void {
    this.#training?.engine.device.destroy();
  }

  /** A lost device is replaced by another, and training goes on from its checkpoint. */
  async #open(choice: TrainingChoice, options: StartOptions, { tell, isWanted }: Wish<Tell>): Promise<void> {
    for (let { afresh } = options; ; afresh = false) {
      try {
        await this.#train(choice, { ...options, afresh }, { tell, isWanted });
        return;
      } catch (error) {
        if (error instanceof InterruptedError) return;
        const message = error instanceof Error ? error.message : String(error);
        const lost = error instanceof DeviceLostError;
        tell({ kind: "state", state: lost ? "lost" : "failed", message });
        if (!lost) return;
        this.#training?.dispose();
        this.#training = undefined;
      }
    }
  }

  async #train(choice: TrainingChoice, options: StartOptions, { tell, isWanted }: Wish<Tell>): Promise<void> {
    tell({ kind: "state", state: "opening" });
    const experiment = this.#experimentOf(choice, options.design);
    const named = { ...choice, experiment: experiment.id };
    const { wanted: edit } = this.kernels;
    const training = await Training.open(experiment, named, { ...options, edit }, tell);
    this.#training = training;
    if (!isWanted()) return; // another was chosen while this one opened
    tell({ kind: "opened", opened: training.facts });
    tell({ kind: "state", state: "training" });
    await training.run();
    tell({ kind: "state", state: "done" });
  }

  async #runRace(choice: TrainingChoice, { racers, page, tell, isWanted }: RaceWish): Promise<void> {
    tell({ kind: "state", state: "opening" });
    try {
      const race = await Race.open(this.#experimentOf(choice, this.#design), choice, racers, page, tell);
      this.#race = race;
      if (!isWanted()) race.stop();
      tell({ kind: "opened", facts: race.facts });
      tell({ kind: "state", state: "racing" });
      await race.run();
      tell({ kind: "state", state: "done" });
    } catch (error) {
      const wasStopped = error instanceof InterruptedError;
      const message = error instanceof Error ? error.message : String(error);
      tell(wasStopped ? { kind: "state", state: "stopped" } : { kind: "state", state: "failed", message });
    } finally {
      this.#race?.dispose();
      this.#race = undefined;
    }
  }

  #experimentOf({ experiment, profile }: TrainingChoice, design: string | undefined): PageExperiment {
    if (experiment === ownName) {
      this.#design = design;
      return this.network.experiment(design ?? "");
    }
    const networks = this.#networks(profile);
    const found = networks.find(({ id }) => id === experiment);
    if (found) return found;
    const close = nearest(
      experiment,
      networks.map(({ id }) => id),
    );
    const hint = close ? ` Did you mean ${close}?` : "";
    throw new UsageError(`There is no experiment ${experiment} in the lab.${hint}`);
  }
}
