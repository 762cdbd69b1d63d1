/** @file How many steps go into one submit, and how many submits may be under way: enough to keep the GPU busy. */
import type { Engine } from "../../engine/device.ts";

const targetMilliseconds = 40;
const submitsInFlight = 2;
const maxSteps = 256;

/** Steps of `each` milliseconds that make a submit. */
export function stepsPerSubmit(each: number): number {
  return Math.min(maxSteps, Math.max(1, Math.floor(targetMilliseconds / Math.max(each, 0.01))));
}

export class Pace {
  readonly #engine: Engine;
  readonly #waiting: Promise<void>[] = [];
  #steps = 1;
  #lastDone = performance.now();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Steps for the next submit; grows until a submit takes about 40 ms. */
  get steps(): number {
    return this.#steps;
  }

  /** Call after each submit of `count` steps; waits while too many are under way. */
  async submitted(count: number): Promise<void> {
    const done = this.#engine.device.queue.onSubmittedWorkDone().then(() => this.#measure(count));
    this.#waiting.push(done);
    if (this.#waiting.length >= submitsInFlight) await this.#engine.guard(this.#waiting.shift()!);
  }

  /** Waits for everything under way. */
  async drain(): Promise<void> {
    await this.#engine.guard(Promise.all(this.#waiting.splice(0)));
  }

  #measure(count: number): void {
    const now = performance.now();
    const each = (now - this.#lastDone) / count;
    this.#lastDone = now;
    this.#steps = Math.min(stepsPerSubmit(each), this.#steps * 2);
  }
}
