/**
 * @file StepState: the one uniform with everything that differs from step to step. Kernels bind it as `step`.
 * It lives on the GPU and is advanced there, so a recorded step replays without an upload.
 */
import { requireEngine } from "./arguments.ts";
import { kernel, run } from "./kernel.ts";
import type { OpEngine, Tensor } from "./tensor.ts";

/** Fields in the order of the WGSL struct StepState; all u32 but learningRate. */
export interface StepFields {
  /** of the run: every random number depends on it */
  seed: number;
  /** optimizer updates so far */
  step: number;
  /** epochs finished so far */
  epoch: number;
  /** first sample of the current batch within the epoch's order */
  position: number;
  /** first sample of the current micro-batch within the batch */
  sample: number;
  /** batches finished in this epoch: the row of the log that this step writes */
  batch: number;
  /** before decay */
  learningRate: number;
  /**
   * 0, or 1 + the step whose loss or gradients were the first to be NaN or infinite; updates stop there. 2^32 - 1 within a
   * step whose update is skipped, since its gradients overflow f16
   */
  halted: number;
}

const fieldNames = [
  "seed",
  "step",
  "epoch",
  "position",
  "sample",
  "batch",
  "learningRate",
  "halted",
] as const;

const advance = kernel("engine/advance", { updates: ["state"] });

/**
 * The values that differ from step to step, on the GPU: random layers and optimizers read them there, so a recorded step
 * replays without an upload.
 */
export class StepState {
  /** [8] words, bound as the uniform `step` */
  readonly tensor: Tensor<"u32">;
  readonly #engine: OpEngine;

  constructor(engine: OpEngine) {
    requireEngine("StepState", engine);
    this.#engine = engine;
    this.tensor = engine.keep(engine.allocate([fieldNames.length], "u32", "step state"));
    this.set({ seed: 0, step: 0, epoch: 0, position: 0, sample: 0, batch: 0, learningRate: 0, halted: 0 });
  }

  /** Overwrites the named fields from the host. Not while recording. */
  set(fields: Partial<StepFields>): void {
    for (const [index, name] of fieldNames.entries()) {
      const value = fields[name];
      if (value === undefined) continue;
      const word = name === "learningRate" ? new Float32Array([value]) : new Uint32Array([value]);
      this.#engine.upload(this.tensor, word, index * 4);
    }
  }

  /** All fields as they are on the GPU now. */
  async read(): Promise<StepFields> {
    const words = await this.tensor.data();
    const floats = new Float32Array(words.buffer);
    const entry = (name: string, i: number) =>
      [name, name === "learningRate" ? floats[i]! : words[i]!] as const;
    return Object.fromEntries(fieldNames.map(entry)) as unknown as StepFields;
  }

  /** Ends a micro-batch of `samples` on the GPU; `endOfBatch` also ends the step (position += `batchSize`). */
  advance(samples: number, endOfBatch: boolean, batchSize: number): void {
    const constants = { SAMPLES: samples, BATCH: batchSize, END_OF_BATCH: endOfBatch };
    run(advance, { state: this.tensor }, {}, { constants, workgroups: 1 });
  }

  /** Frees its memory on the GPU. */
  dispose(): void {
    this.tensor.dispose();
  }
}
