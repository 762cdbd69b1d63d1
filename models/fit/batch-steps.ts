/** @file Training steps on batches that come from main memory one by one. */
import { Feed, WeightStores } from "../data/batches.ts";
import { ArraySource } from "../data/gpu-samples.ts";
import type { WeightedSamples } from "../data/loss-samples.ts";
import { identityOrder } from "../data/order.ts";
import type { TrainingLog } from "./log.ts";
import type { Trainer } from "./session.ts";
import { TrainingStep } from "./step.ts";

/** Places that are kept, those used last; another is planned and recorded again, which takes some milliseconds. */
const mostPlaces = 8;

/** The place on the GPU for batches of one kind, and their step. */
interface Place {
  readonly source: ArraySource;
  readonly weights: WeightStores;
  readonly feed: Feed;
  readonly step: TrainingStep;
}

export class BatchSteps {
  readonly #trainer: Trainer;
  readonly #log: TrainingLog;
  readonly #eager: boolean;
  /** the one used last at the end */
  readonly #places = new Map<string, Place>();

  constructor(trainer: Trainer, log: TrainingLog, eager: boolean) {
    this.#trainer = trainer;
    this.#log = log;
    this.#eager = eager;
  }

  /** Uploads the batch and trains on it. Returns the place, to look at what went wrong in it. */
  async run(batch: WeightedSamples): Promise<Place> {
    const kind = `${ArraySource.kindOf(batch.samples)} weights ${batch.weights.map((values) => values?.length).join(" ")}`;
    const known = this.#places.get(kind);
    known?.source.write(batch.samples);
    known?.weights.write(batch.weights);
    const place = known ?? (await this.#open(batch));
    this.#keep(kind, place);
    this.#trainer.step.set({ position: 0 });
    place.step.run(1);
    return place;
  }

  dispose(): void {
    for (const place of this.#places.values()) free(place);
    this.#places.clear();
  }

  #keep(kind: string, place: Place): void {
    this.#places.delete(kind);
    this.#places.set(kind, place);
    const [oldest] = this.#places;
    if (this.#places.size <= mostPlaces || !oldest) return;
    this.#places.delete(oldest[0]);
    free(oldest[1]);
  }

  async #open({ samples, weights: factors }: WeightedSamples): Promise<Place> {
    const { engine, objective } = this.#trainer;
    const oneHot = objective.heads.map(({ loss }) => !loss.sparse);
    const source = new ArraySource(engine, samples, oneHot);
    const weights = new WeightStores(engine, factors, samples.count);
    const feed = new Feed(source, identityOrder(samples.count), true, weights);
    try {
      const step = await TrainingStep.prepare(this.#trainer, feed, this.#log, samples.count, this.#eager);
      return { source, weights, feed, step };
    } catch (error) {
      feed.dispose();
      throw error;
    }
  }
}

function free({ feed, step }: Place): void {
  step.dispose();
  feed.dispose();
}
