/** @file What goes wrong on the GPU is known later than the call that led to it: it is kept here until a call is awaited. */
import { WgradError } from "./errors.ts";
import { Unproven } from "./unproven.ts";

export class Failures {
  readonly unproven = new Unproven();
  /** what went wrong first, by the order of the calls: later ones may be its effects */
  #first: { readonly error: WgradError; readonly call: number } | undefined;
  #checks: Promise<unknown>[] = [];
  #calls = 0;

  /** The error that ended the engine, if one did. */
  get fatal(): WgradError | undefined {
    return this.#first?.error;
  }

  /** The error of the call number `call` ends the engine. */
  end(error: WgradError, call: number): void {
    if (!this.#first || call < this.#first.call) this.#first = { error, call };
  }

  /** `check` rejects if something went wrong from which the engine cannot recover. */
  watch(check: Promise<unknown>): void {
    const call = this.#calls++;
    const watched = check.catch((error: unknown) => {
      this.end(error instanceof WgradError ? error : new WgradError(String(error)), call);
    });
    this.#checks.push(watched);
  }

  /** `check` rejects with a KernelError if the pipeline does not compile: that fails the next awaited call only. */
  watchPipeline(pipeline: GPUComputePipeline, check: Promise<unknown>): void {
    this.#checks.push(this.unproven.watch(pipeline, check));
  }

  /** An error that a pipeline which does not compile has led to is not one of the engine; `what` begins the message of others. */
  watchEffects(pending: Promise<GPUError | null>, what = ""): void {
    const check = pending.then(async (error) => {
      if (error && !(await this.unproven.explains())) throw new WgradError(`${what}${error.message}`);
    });
    this.watch(check);
  }

  /** Waits for all checks so far; throws what they found. */
  async settle(): Promise<void> {
    const checks = this.#checks;
    this.#checks = [];
    await Promise.all(checks);
    await this.unproven.answers(); // another call may have taken the checks, and wait for them still
    const found = this.fatal ?? this.unproven.take();
    if (found) throw found;
  }
}
