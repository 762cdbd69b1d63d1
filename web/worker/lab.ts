/** @file What the page may ask the worker for. One training is open at a time. */
import { DeviceLostError, InterruptedError, nearest, UsageError } from "../../engine/errors.ts";
import {
  type Answer,
  ask,
  type PixelChange,
  type Probe,
  probe,
  type TestPicture,
  testPicture,
} from "./draw.ts";
import { experiments } from "./experiments.ts";
import { type PictureFile, pictureFrom } from "./picture-file.ts";
import type { ExperimentFacts, LabEvent, Look, StartOptions, TrainingChoice } from "./protocol.ts";
import { Training } from "./training.ts";

type Tell = (event: LabEvent) => void;

export class Lab {
  #training: Training | undefined;
  /** ends when the open training has ended */
  #running: Promise<void> = Promise.resolve();
  /** of the start that came last: an older one gives up */
  #starts = 0;

  /** The experiments that a page can train. */
  list(): ExperimentFacts[] {
    return experiments.map(({ id, title, dataset }) => ({ id, title, dataset: String(dataset) }));
  }

  /** Ends the open training and begins another, from its checkpoint unless `afresh`. Resolves when it runs. */
  async start(choice: TrainingChoice, options: StartOptions, tell: Tell): Promise<void> {
    const turn = ++this.#starts;
    this.#training?.stop();
    await this.#running;
    if (turn !== this.#starts) return;
    this.#training?.dispose();
    this.#training = undefined;
    this.#running = this.#open(choice, options, tell);
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

  /** What the network makes of a picture of the visitor's. Undefined while none is open. */
  async ask(picture: Uint8Array, wanted: number | undefined): Promise<Answer | undefined> {
    const training = this.#training;
    return training?.between(() => ask(training, picture, wanted));
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

  /** For teachers and tests: what happens when a GPU goes away. */
  loseDevice(): void {
    this.#training?.engine.device.destroy();
  }

  /** A lost device is replaced by another, and training goes on from its checkpoint. */
  async #open(choice: TrainingChoice, options: StartOptions, tell: Tell): Promise<void> {
    for (let { afresh } = options; ; afresh = false) {
      try {
        await this.#train(choice, { ...options, afresh }, tell);
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

  async #train(choice: TrainingChoice, options: StartOptions, tell: Tell): Promise<void> {
    tell({ kind: "state", state: "opening" });
    const training = await Training.open(experimentOf(choice), choice, options, tell);
    this.#training = training;
    tell({ kind: "opened", opened: training.facts });
    tell({ kind: "state", state: "training" });
    await training.run();
    tell({ kind: "state", state: "done" });
  }
}

function experimentOf({ experiment }: TrainingChoice) {
  const found = experiments.find(({ id }) => id === experiment);
  if (found) return found;
  const ids = experiments.map(({ id }) => id);
  const close = nearest(experiment, ids);
  throw new UsageError(
    `There is no experiment ${experiment} in the lab.${close ? ` Did you mean ${close}?` : ""}`,
  );
}
