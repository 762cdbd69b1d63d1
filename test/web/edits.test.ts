/** @file Texts of kernels that train in place of the shipped ones: only those that passed, and only from the next training on. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UsageError } from "../../engine/errors.ts";
import { readSource } from "../../engine/source.ts";
import { Kernels } from "../../web/worker/kernels.ts";
import { checkpointFolder } from "../../web/worker/training.ts";

const kernel = "conv2d/forward.naive";
const shipped = (name: string) => readSource({ name });
const choice = { experiment: "svhn-c", profile: "quick", seed: 3 } as const;

describe("the text of an edited kernel", () => {
  it("has a checkpoint of its own: the training by the shipped text goes on from its own", () => {
    const edited = ["a", "b"].map((letter) =>
      checkpointFolder(choice, { edit: { kernel, text: letter, hash: letter.repeat(64) } }),
    );
    expect(new Set([checkpointFolder(choice), ...edited]).size).toBe(3);
  });

  it("must have passed its check to train or to be timed", async () => {
    const kernels = new Kernels(() => undefined);
    await expect(kernels.use(kernel, shipped(kernel))).rejects.toThrow(UsageError);
    await expect(kernels.time(kernel, shipped(kernel))).rejects.toThrow("check it first");
    expect(kernels.wanted).toBeUndefined();
  });
});

describe("the worker in which texts run", () => {
  const workers: MuteWorker[] = [];

  /** A worker from which nothing is ever heard, as if its shader did not end. */
  class MuteWorker extends EventTarget {
    isEnded = false;
    constructor() {
      super();
      workers.push(this);
    }
    postMessage(): void {}
    terminate(): void {
      this.isEnded = true;
    }
  }

  beforeEach(() => {
    workers.length = 0;
    vi.stubGlobal("Worker", MuteWorker);
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const checkIn = (kernels: Kernels) => kernels.check(kernel, shipped(kernel), 1, () => {});

  it("is ended when it is silent for too long, and the next check has another", async () => {
    const kernels = new Kernels(() => undefined);
    const outcome = checkIn(kernels);
    await vi.advanceTimersByTimeAsync(44_000);
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await outcome).toEqual({ kind: "silent", seconds: 45 });
    const again = checkIn(kernels);
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(46_000);
    expect((await again).kind).toBe("silent");
    await expect(kernels.use(kernel, shipped(kernel))).rejects.toThrow(UsageError);
  });

  it("is ended when it fails, which is said", async () => {
    const kernels = new Kernels(() => undefined);
    const outcome = checkIn(kernels);
    workers[0]!.dispatchEvent(Object.assign(new Event("error"), { message: "it fell over" }));
    expect(await outcome).toEqual({ kind: "lost", message: "it fell over" });
    expect(workers[0]!.isEnded).toBe(true);
  });
});
