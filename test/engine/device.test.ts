import { afterEach, describe, expect, it } from "vitest";
import { gradients } from "../../engine/autodiff/tape.ts";
import { createEngine, type Engine } from "../../engine/device.ts";
import type { EngineOptions } from "../../engine/engine-options.ts";
import { ArgumentError, DeviceLostError, MemoryError, WgradError } from "../../engine/errors.ts";
import { run } from "../../engine/kernel.ts";
import { useEngine } from "../support/engine.ts";
import { adapterChoice } from "./adapter-choice.ts";
import { multiply, multiplyKernel, product, scaleAndAdd, total } from "./ops.ts";

const opened: Engine[] = [];
/** An engine that the test may break. */
async function open(options: EngineOptions = {}): Promise<Engine> {
  const engine = await createEngine({ adapter: adapterChoice, ...options });
  opened.push(engine);
  return engine;
}
afterEach(() => {
  for (const engine of opened.splice(0)) engine.dispose();
});

describe("a lost device", () => {
  const advice =
    "restart, or create a new engine. A training run goes on from its last checkpoint with --resume.";

  it.each([
    ["a readback", (engine: Engine) => engine.one.data()],
    ["a readback on its way", (engine: Engine) => engine.one.data(), "before"],
    ["sync()", (engine: Engine) => engine.sync()],
    ["guard()", (engine: Engine) => engine.guard(Promise.resolve(1))],
  ])("makes %s reject and say what to do", async (_name, call, when = "after") => {
    const engine = await open();
    await engine.sync();
    const early = when === "before" ? call(engine) : undefined;
    engine.device.destroy(); // as a driver reset would
    const error = await (early ?? call(engine)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DeviceLostError);
    expect((error as Error).message).toContain(advice);
  });

  it("makes everything after that throw the same, also synchronous calls", async () => {
    const engine = await open();
    const recording = engine.record(() => engine.zeros([1]));
    engine.device.destroy();
    await expect(engine.sync()).rejects.toThrow(DeviceLostError);
    expect(() => engine.zeros([1])).toThrow(DeviceLostError);
    expect(() => recording.replay()).toThrow(advice);
    await expect(engine.one.data()).rejects.toThrow(DeviceLostError);
  });
});

describe("a disposed engine", () => {
  it("refuses work without calling it a lost device", async () => {
    const engine = await open();
    engine.dispose();
    engine.dispose();
    expect(() => engine.zeros([1])).toThrow(ArgumentError);
    expect(() => engine.zeros([1])).toThrow("This engine was disposed.");
    await expect(engine.one.data()).rejects.toThrow("This engine was disposed.");
    await expect(engine.sync()).rejects.toThrow("This engine was disposed.");
  });
});

describe("GPU errors", () => {
  /** Reads and writes the same buffer in one dispatch, which WebGPU forbids. */
  function aliasedDispatch(engine: Engine): void {
    const x = engine.tensor([1, 2]);
    run(multiplyKernel, { a: x, b: x }, { y: x }, { invocations: 2 });
  }

  it("surface at the next awaited call, with the kernel's name in debug", async () => {
    const engine = await open({ debug: true });
    const x = engine.tensor([1]);
    aliasedDispatch(engine);
    product(x, x);
    await expect(x.data()).rejects.toThrow(/^test\/multiply: .*\n?.*usage/i);
    expect(() => engine.zeros([1])).toThrow(WgradError);
  });

  it("surface without debug, too, as an error and not as zeros", async () => {
    const engine = await open();
    const x = engine.tensor([1]);
    aliasedDispatch(engine);
    await expect(x.data()).rejects.toThrow(WgradError);
  });

  it("of a sync() do not wait for a readback", async () => {
    const engine = await open();
    aliasedDispatch(engine);
    await expect(engine.sync()).rejects.toThrow(WgradError);
  });
});

describe("memory", () => {
  const engine = useEngine();

  it("beyond the binding limit is refused before anything is allocated", () => {
    const { maxStorageBufferBindingSize, maxBufferSize } = engine().limits;
    const elements = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4) + 1;
    const before = engine().memory;
    expect(() => engine().zeros([elements])).toThrow(MemoryError);
    expect(() => engine().zeros([elements])).toThrow(
      /^zeros needs .* in one buffer; this adapter binds at most /,
    );
    expect(engine().memory).toEqual(before);
  });

  it("that waits for reuse goes back to the device with trimMemory(), also while commands that use it wait", async () => {
    const x = engine().tensor([1, 2]);
    const y = engine().scope(() => product(product(x, x), x));
    engine().trimMemory();
    const { bytesInUse, bytesAllocated } = engine().memory;
    expect(bytesAllocated).toBe(bytesInUse);
    expect(await y.data()).toEqual(Float32Array.of(1, 8));
  });

  it("of sizes that are not asked for any more goes back to the device by itself", async () => {
    const own = await open();
    const tensors = (count: number, elements: number) =>
      own.scope(() => void Array.from({ length: count }, () => own.zeros([elements])));
    for (let i = 1; i <= 100; i++) tensors(4, 1024 * i); // 4 to 400 kB each, four at a time
    const { bytesAllocated, peakBytes } = own.memory;
    expect(peakBytes).toBeGreaterThan(4 * 400_000);
    expect(bytesAllocated).toBeLessThan(3 * peakBytes);
    const kept = own.zeros([100]);
    tensors(1, 1024);
    expect(await kept.data()).toEqual(new Float32Array(100));
  });

  it("has a peak, which can be started anew", () => {
    const before = engine().memory.bytesInUse;
    engine().resetPeakMemory();
    engine().scope(() => engine().scope(() => void [engine().zeros([64]), engine().zeros([64])]));
    expect(engine().memory.peakBytes).toBe(before + 512);
    expect(engine().memory.bytesInUse).toBe(before);
  });
});

describe("plan", () => {
  const engine = useEngine();

  it("tells pipelines and peak memory without allocating, compiling or computing anything", async () => {
    const x = engine().tensor([1, 2, 3]);
    await x.data();
    const before = { memory: engine().memory, pipelines: engine().pipelines.count };
    const { pipelines, peakBytes } = engine().plan(() => {
      engine().scope(() => product(x, engine().zeros([3]))); // 256 bytes each; those of the product remain
      scaleAndAdd(x, 4, 0);
      scaleAndAdd(x, 4, 0);
      engine().zeros([1000]); // 4,000 bytes in a block of 4,096: the peak
    });
    expect(pipelines.map(({ definition, constants }) => [definition.name, constants])).toEqual([
      ["test/multiply", {}],
      ["test/scale-and-add", { FACTOR: 4, AMOUNT: 0 }],
    ]);
    expect(peakBytes).toBe(256 + 4096);
    expect({ memory: engine().memory, pipelines: engine().pipelines.count }).toEqual(before);
    expect(await x.data()).toEqual(Float32Array.of(1, 2, 3));
    expect(engine().planning).toBe(false);
  });

  it("finds the peak and the pipelines of the real run, backward pass included", () => {
    const x = engine().tensor(new Float32Array(500).fill(1));
    const step = () => {
      const body = () => engine().scope(() => total(multiply(multiply(x, x), multiply(x, x))));
      engine().scope(() => void gradients(engine(), body, [x]));
    };
    const { peakBytes, pipelines } = engine().plan(step);
    const before = engine().memory.bytesInUse;
    engine().resetPeakMemory();
    step();
    expect(engine().memory.peakBytes - before).toBe(peakBytes);
    const recording = engine().record(step);
    const launched = new Set(recording.dispatches.map(({ label }) => label));
    expect(new Set(pipelines.map(({ definition }) => definition.name))).toEqual(launched);
    recording.dispose();
  });

  it("counts what the tape holds when backward begins: each tensor once, those from before the dry run not at all", () => {
    const x = engine().tensor(new Float32Array(500).fill(1));
    const { keptBytes } = engine().plan(() => {
      const body = () => {
        const square = multiply(x, x); // keeps x, which was there before
        return total(multiply(square, square)); // keeps the square, twice
      };
      return gradients(engine(), body, [x]);
    });
    expect(keptBytes).toBe(4 * 500);
    expect(engine().plan(() => product(x, x)).keptBytes).toBe(0);
  });

  it("refuses what exceeds the binding limit", () => {
    const { maxStorageBufferBindingSize } = engine().limits;
    const body = () => engine().zeros([Math.floor(maxStorageBufferBindingSize / 4), 2]);
    expect(() => engine().plan(body)).toThrow(MemoryError);
    expect(engine().planning).toBe(false);
  });

  it("has no values to read", () => {
    expect(() => engine().plan(() => engine().zeros([1]).data())).toThrow(
      "data(): a recorded step cannot read",
    );
    expect(() => engine().plan(() => engine().zeros([1]).buffer)).toThrow(
      "A dry run has shapes but no values",
    );
  });

  it("may run inside of another: the outer one goes on", () => {
    const x = engine().tensor([1]);
    const { pipelines } = engine().plan(() => {
      expect(engine().plan(() => product(x, x)).pipelines).toHaveLength(1);
      scaleAndAdd(x, 1, 1);
    });
    expect(pipelines.map(({ definition }) => definition.name)).toEqual(["test/scale-and-add"]);
  });

  it("refuses an async body", () => {
    expect(() => engine().plan(async () => {})).toThrow("the body must be synchronous");
  });
});
