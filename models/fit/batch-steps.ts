/** @file Training steps on batches that come from main memory one by one. */
import { Batches } from "../data/batches.ts";
import { ArraySamples } from "../data/gpu-samples.ts";
import { identityOrder } from "../data/order.ts";
import type { HostSamples } from "../data/samples.ts";
import type { TrainingLog } from "./log.ts";
import type { Session } from "./session.ts";
import { TrainingStep } from "./step.ts";

/** Places that are kept, those used last; another is planned and recorded again, which takes some milliseconds. */
const mostPlaces = 8;

/** The place on the GPU for batches of one kind, and their step. */
interface Place {
  readonly samples: ArraySamples;
  readonly batches: Batches;
  readonly step: TrainingStep;
}

export class BatchSteps {
  readonly #session: Session;
  readonly #log: TrainingLog;
  readonly #eager: boolean;
  /** the one used last at the end */
  readonly #places = new Map<string, Place>();

  constructor(session: Session, log: TrainingLog, eager: boolean) {
    this.#session = session;
    this.#log = log;
    this.#eager = eager;
  }

  /** Uploads the batch and trains on it. Returns the place, to look at what went wrong in it. */
  async run(batch: HostSamples): Promise<Place> {
    const kind = ArraySamples.kindOf(batch);
    const known = this.#places.get(kind);
    this.makeRoom(known);
    known?.samples.write(batch);
    const place = known ?? (await this.#open(batch));
    this.#keep(kind, place);
    this.#session.step.set({ position: 0 });
    place.step.run(1);
    return place;
  }

  /** The steps give memory back, but that of `kept`. */
  makeRoom(kept?: Place): void {
    for (const place of this.#places.values()) if (place !== kept) place.step.makeRoom();
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

  async #open(host: HostSamples): Promise<Place> {
    const { engine, objective } = this.#session;
    const oneHot = objective.heads.map(({ loss }) => !loss.sparse);
    const samples = new ArraySamples(engine, host, oneHot);
    const batches = new Batches(samples, identityOrder(samples.count), true);
    try {
      const step = await TrainingStep.prepare(this.#session, batches, this.#log, samples.count, this.#eager);
      return { samples, batches, step };
    } catch (error) {
      batches.dispose();
      throw error;
    }
  }
}

function free({ batches, step }: Place): void {
  step.dispose();
  batches.dispose();
}
