/** @file A pass over all batches in inference mode: loss and metrics, or the outputs themselves. */
import type { Engine } from "../../engine/device.ts";
import { WgradError } from "../../engine/errors.ts";
import type { Recording } from "../../engine/record/recording.ts";
import { sizeOf } from "../../engine/shape.ts";
import { StepState } from "../../engine/step-state.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Batches } from "../data/batches.ts";
import type { Network } from "../network.ts";
import type { Objective } from "../objective/objective.ts";
import type { LearningPhase } from "./compile-options.ts";
import { TrainingLog } from "./log.ts";
import { crossingLayers, fitMicroBatch } from "./micro-batches.ts";
import { Pace } from "./pace.ts";
import type { EvaluationMoment } from "./session.ts";
import { forwardPass } from "./step.ts";

/** The model, and for evaluate() its losses and metrics. */
export interface EvaluationSetup {
  readonly engine: Engine;
  readonly model: Network;
  readonly objective?: Objective;
  /** 1: layers behave as in training */
  readonly learningPhase?: LearningPhase;
  readonly at?: EvaluationMoment;
}

/** Batches of one size. */
interface Stretch {
  readonly samples: number;
  readonly batches: number;
}

export class Evaluation {
  readonly #setup: EvaluationSetup;
  readonly #batches: Batches;
  readonly #engine: Engine;
  /** the full batches, then the rest */
  readonly #stretches: readonly Stretch[];

  /**
   * Batches have `batchSize` samples, or fewer where that would not fit the adapter. Throws MemoryError if a layer needs them
   * whole then.
   */
  constructor(setup: EvaluationSetup, batches: Batches, batchSize: number) {
    this.#setup = setup;
    this.#batches = batches;
    this.#engine = setup.engine;
    const most = Math.min(batchSize, batches.count);
    const outputs = ([samples]: readonly number[]) => void this.#outputs(samples!);
    const crossing = crossingLayers(setup.model, this.#training);
    const { parts } = fitMicroBatch(this.#engine, most, outputs, crossing);
    const size = parts[0]!;
    const stretches = [
      { samples: size, batches: Math.floor(batches.count / size) },
      { samples: batches.count % size, batches: 1 },
    ];
    this.#stretches = stretches.filter(({ samples }) => samples > 0);
  }

  /** Loss and metrics: means over all samples. */
  async evaluate(): Promise<Record<string, number>> {
    const { model, objective } = this.#setup;
    if (!objective) throw new WgradError("evaluate: the model is not compiled.");
    const total = this.#stretches.reduce((sum, { batches }) => sum + batches, 0);
    const log = new TrainingLog(this.#engine, objective, total);
    const rows: number[][] = [];
    let batch = 0;
    const body = (samples: number) => {
      const batch = this.#batches.batch(samples);
      const options = { training: this.#training, batchSize: samples, first: true };
      log.write(forwardPass({ model, objective }, batch, options), samples, batch);
    };
    try {
      await this.#replayAll(body, async (recording, { batches }) => {
        const pace = new Pace(this.#engine);
        const end = batch + batches;
        batch++; // recording ran the first
        while (batch < end) {
          if (log.room(rows.length, batch) === 0) rows.push(...(await log.read(rows.length, batch)));
          const most = Math.min(pace.steps, end - batch, log.room(rows.length, batch));
          const count = await this.#batches.ready(most);
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

  /** The outputs of all samples, [n, ...] row-major, one array per output. */
  async predict(): Promise<Float32Array[]> {
    const sizes = this.#setup.model.outputs.map(({ shape }) => sizeOf(shape));
    const results = sizes.map((size) => new Float32Array(this.#batches.count * size));
    let done = 0;
    await this.#replayAll(
      (samples) => this.#outputs(samples),
      async (recording, { samples, batches }) => {
        for (let i = 0; i < batches; i++) {
          if (i > 0) {
            await this.#batches.ready(1);
            recording.replay();
          }
          for (const [k, output] of recording.result.entries()) {
            results[k]!.set((await output.data()) as Float32Array, done * sizes[k]!);
          }
          done += samples;
        }
      },
    );
    return results;
  }

  /** Records `body` for each batch size (which runs it once) and lets `use` replay the rest, from the first sample on. */
  async #replayAll<R>(
    body: (samples: number) => R,
    use: (recording: Recording<R>, stretch: Stretch) => Promise<void>,
  ): Promise<void> {
    const step = new StepState(this.#engine);
    if (this.#setup.at) step.set(this.#setup.at);
    this.#batches.begin(this.#batches.indices, this.#stretches[0]!.samples);
    try {
      for (const stretch of this.#stretches) {
        const { samples } = stretch;
        const run = () =>
          this.#engine.useStep(step, () => {
            const result = body(samples);
            step.advance(samples, true, samples);
            return result;
          });
        const { pipelines, layout } = this.#engine.plan(run);
        await this.#engine.pipelines.prepare(pipelines, this.#setup.model);
        await this.#batches.ready(1);
        const recording = this.#engine.record(run, layout);
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

  get #training(): boolean {
    return this.#setup.learningPhase === 1;
  }

  #outputs(samples: number): readonly Tensor[] {
    const { inputs } = this.#batches.batch(samples);
    return this.#setup.model.callAll(inputs, { training: this.#training, stream: 0 });
  }
}
