/** @file A pass over a feed in inference mode: loss and metrics, or the outputs themselves. */
import type { Engine } from "../../engine/device.ts";
import type { Recording } from "../../engine/recording.ts";
import { sizeOf } from "../../engine/shape.ts";
import { StepState } from "../../engine/step-state.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Feed } from "./data.ts";
import { TrainingLog } from "./log.ts";
import { fitMicroBatch } from "./micro-batches.ts";
import { Pace } from "./pace.ts";
import type { Trainer } from "./trainer.ts";

/** Batches of one size. */
interface Stretch {
  readonly samples: number;
  readonly batches: number;
}

export class Evaluation {
  readonly #trainer: Trainer;
  readonly #feed: Feed;
  readonly #engine: Engine;
  /** the full batches, then the rest */
  readonly #stretches: readonly Stretch[];

  /** Batches have `batchSize` samples, or fewer where that would not fit the adapter. */
  constructor(trainer: Trainer, feed: Feed, batchSize: number) {
    this.#trainer = trainer;
    this.#feed = feed;
    this.#engine = trainer.engine;
    const most = Math.min(batchSize, feed.count);
    const { parts } = fitMicroBatch(this.#engine, most, ([samples]) => void this.#forward(samples!));
    const size = parts[0]!;
    const stretches = [
      { samples: size, batches: Math.floor(feed.count / size) },
      { samples: feed.count % size, batches: 1 },
    ];
    this.#stretches = stretches.filter(({ samples }) => samples > 0);
  }

  /** Loss and metrics: means over all samples. */
  async evaluate(): Promise<Record<string, number>> {
    const { objective } = this.#trainer;
    const total = this.#stretches.reduce((sum, { batches }) => sum + batches, 0);
    const log = new TrainingLog(this.#engine, objective, total);
    const rows: number[][] = [];
    let batch = 0;
    const body = (samples: number) => {
      const { outputs, y } = this.#forward(samples);
      log.write(objective.loss(outputs, y, samples), samples, outputs, y);
    };
    try {
      await this.#replayAll(body, async (recording, { batches }) => {
        const pace = new Pace(this.#engine);
        const end = batch + batches;
        batch++; // recording ran the first
        while (batch < end) {
          if (log.room(rows.length, batch) === 0) rows.push(...(await log.read(rows.length, batch)));
          const count = Math.min(pace.steps, end - batch, log.room(rows.length, batch));
          recording.replay(count);
          batch += count;
          await pace.submitted(count);
        }
      });
      rows.push(...(await log.read(rows.length, batch)));
      return log.means(rows);
    } finally {
      log.dispose();
    }
  }

  /** The outputs of all samples, [n, ...] row-major. */
  async predict(): Promise<Float32Array> {
    const { outputs } = this.#trainer.model.graph;
    const size = sizeOf(outputs[0]!.shape);
    const result = new Float32Array(this.#feed.count * size);
    let done = 0;
    await this.#replayAll(
      (samples) => this.#forward(samples).outputs,
      async (recording, { samples, batches }) => {
        for (let i = 0; i < batches; i++) {
          if (i > 0) recording.replay();
          result.set((await recording.result.data()) as Float32Array, done * size);
          done += samples;
        }
      },
    );
    return result;
  }

  /** Records `body` for each batch size (which runs it once) and lets `use` replay the rest, from the first sample on. */
  async #replayAll<R>(
    body: (samples: number) => R,
    use: (recording: Recording<R>, stretch: Stretch) => Promise<void>,
  ): Promise<void> {
    const step = new StepState(this.#engine);
    this.#feed.setOrder(this.#feed.indices);
    try {
      for (const stretch of this.#stretches) {
        const { samples } = stretch;
        const run = () =>
          this.#engine.useStep(step, () => {
            const result = body(samples);
            step.advance(samples, true, samples);
            return result;
          });
        const { pipelines } = this.#engine.plan(run);
        await this.#engine.pipelines.prepare(pipelines);
        const recording = this.#engine.record(run);
        try {
          await use(recording, stretch);
          await this.#engine.sync();
        } finally {
          recording.dispose();
        }
      }
    } finally {
      step.dispose();
    }
  }

  #forward(samples: number): { outputs: Tensor; y: Tensor } {
    const { x, y } = this.#feed.batch(samples);
    return { outputs: this.#trainer.model.run(x, { training: false, stream: 0 }), y };
  }
}
