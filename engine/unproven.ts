/**
 * @file What is made while a pipeline is not known to compile. A driver says so later than the launches that use it, and a
 * submission with one broken pipeline is lost as a whole. So all that was written meanwhile is lost with it, and whoever reads
 * it is told; what was there before, and what is made afterwards, is sound.
 */
import type { KernelError } from "./errors.ts";
import type { Kernel } from "./kernel.ts";
import type { Storage, Tensor } from "./tensor.ts";

export class Unproven {
  /** checks that have not answered */
  readonly #checks = new Set<Promise<void>>();
  readonly #written = new Set<Storage>();
  /** of the launches that no replay may repeat */
  readonly #broken = new Map<GPUComputePipeline, KernelError>();
  #failure: KernelError | undefined;

  get any(): boolean {
    return this.#checks.size > 0;
  }

  /** `check` rejects if the pipeline does not compile. Resolves when that is known. */
  watch(pipeline: GPUComputePipeline, check: Promise<unknown>): Promise<void> {
    const watched: Promise<void> = check.then(
      () => this.#end(watched),
      (error: KernelError) => this.#fail(watched, pipeline, error),
    );
    this.#checks.add(watched);
    return watched;
  }

  /** A launch begins: throws if what it reads was lost. What it writes whole is sound again, unless it is lost in turn. */
  launch({ reads, updates, writes }: Kernel, tensors: Readonly<Record<string, Tensor>>): void {
    for (const name of [...reads, ...updates]) requireKept(tensors[name]!);
    for (const name of [...updates, ...writes]) this.write(tensors[name]!);
  }

  /** The bytes of `target` are written, or those before `bytes`. */
  write({ storage, byteLength }: Tensor, bytes = byteLength): void {
    if (bytes >= storage.bytes) storage.lost = undefined;
    if (this.any) this.#written.add(storage);
  }

  /** Resolves when all checks of before have answered. */
  async answers(): Promise<void> {
    await Promise.all(this.#checks);
  }

  /** Whether an error of a submission is what a broken pipeline led to. */
  async explains(): Promise<boolean> {
    await this.answers();
    return this.#broken.size > 0;
  }

  /** Throws if a list of launches has a pipeline that does not compile. */
  assertSound(pipelines: () => Iterable<GPUComputePipeline>): void {
    if (this.#broken.size === 0) return;
    for (const pipeline of pipelines()) {
      const error = this.#broken.get(pipeline);
      if (error) throw error;
    }
  }

  /** The first failure since the last call: one call reports it. */
  take(): KernelError | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  #end(check: Promise<void>): void {
    this.#checks.delete(check);
    if (!this.any) this.#written.clear();
  }

  #fail(check: Promise<void>, pipeline: GPUComputePipeline, error: KernelError): void {
    this.#failure ??= error;
    this.#broken.set(pipeline, error);
    for (const storage of this.#written) storage.lost = error;
    this.#written.clear();
    this.#end(check);
  }
}

/** Throws the error of the kernel that lost the values of a tensor. */
export function requireKept({ storage }: Tensor): void {
  if (storage.lost) throw storage.lost;
}
