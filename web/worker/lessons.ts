/** @file The examples of the lessons in the worker, on an engine of their own: they need no training. */
import { DeviceLostError } from "../../engine/errors.ts";
import { createEngine, type Engine } from "../../engine/index.ts";
import type { HandName, HandValues } from "../../lessons/by-hand/examples.ts";
import { type HandExplanation, HandWork } from "../../lessons/by-hand/hand-work.ts";

export interface HandRequest {
  readonly example: HandName;
  readonly values: HandValues;
  /** the number that is explained: a result, and its row-major index */
  readonly asks: readonly [result: string, at: number];
}

export interface HandAnswer {
  /** of every result, by name */
  readonly numbers: Readonly<Record<string, Float32Array>>;
  readonly asked: HandExplanation;
}

export class Lessons {
  #engine: Promise<Engine> | undefined;

  /** Computes an example and explains one of its numbers; on another device, if the last one was lost. */
  async answer(request: HandRequest): Promise<HandAnswer> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (!(error instanceof DeviceLostError)) throw error;
      this.#engine = undefined;
      return this.#answer(request);
    }
  }

  async dispose(): Promise<void> {
    (await this.#engine)?.dispose();
    this.#engine = undefined;
  }

  async #answer({ example, values, asks: [result, at] }: HandRequest): Promise<HandAnswer> {
    this.#engine ??= createEngine();
    const work = HandWork.take(await this.#engine, example, values);
    try {
      return { numbers: await work.numbers(), asked: await work.explain(result, at) };
    } finally {
      work.dispose();
    }
  }
}
