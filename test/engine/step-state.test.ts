import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kernel, run } from "../../engine/kernel.ts";
import { type StepFields, StepState } from "../../engine/step-state.ts";
import { useEngine } from "../support/engine.ts";
import { properties } from "../support/properties.ts";
import { shaderText } from "../support/shader-text.ts";

const engine = useEngine();
const zero: StepFields = {
  seed: 0,
  step: 0,
  epoch: 0,
  position: 0,
  sample: 0,
  batch: 0,
  learningRate: 0,
  halted: 0,
};
const stepFields = kernel(
  "test/step-fields",
  { updates: ["words"], step: true },
  shaderText(import.meta.url, "shaders/step-fields.wgsl"),
);

describe("StepState", () => {
  it("sets the named fields only and reads all back", async () => {
    const state = engine().step;
    state.set(zero);
    expect(await state.read()).toEqual(zero);
    state.set({ seed: 4_000_000_000, learningRate: 0.25, halted: 3 });
    state.set({ epoch: 7 });
    expect(await state.read()).toEqual({
      ...zero,
      seed: 4_000_000_000,
      epoch: 7,
      learningRate: 0.25,
      halted: 3,
    });
  });

  it("has its fields where the WGSL struct has them", async () => {
    const u32 = fc.nat(2 ** 31);
    const cases = fc.record({
      ...{ seed: u32, step: u32, epoch: u32, position: u32, sample: u32, batch: u32, halted: u32 },
      learningRate: fc.float({ noNaN: true, noDefaultInfinity: true }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async (fields) => {
        engine().step.set(fields);
        const words = engine().zeros([8], "u32");
        run(stepFields, { words }, {});
        const { seed, step, epoch, position, sample, batch, learningRate, halted } = fields;
        const rate = new Uint32Array(Float32Array.of(learningRate).buffer)[0]!;
        const expected = Uint32Array.of(seed, step, epoch, position, sample, batch, rate, halted);
        expect(await words.data()).toEqual(expected);
      }),
      properties,
    );
  });

  it("advances by micro-batches, and ends the step with the last one of a batch", async () => {
    const state = engine().step;
    state.set({ ...zero, seed: 5, epoch: 2, learningRate: 0.5 });
    state.advance(20, false, 50);
    state.advance(20, false, 50);
    const middle = { ...zero, seed: 5, epoch: 2, learningRate: 0.5, sample: 40 };
    expect(await state.read()).toEqual(middle);
    state.advance(10, true, 50);
    const end = { ...middle, sample: 0, position: 50, batch: 1, step: 1 };
    expect(await state.read()).toEqual(end);
    state.advance(50, true, 50);
    expect(await state.read()).toEqual({ ...end, position: 100, batch: 2, step: 2 });
  });

  it("advances in a replayed step without an upload", async () => {
    const state = engine().step;
    state.set(zero);
    const recording = engine().record(() => state.advance(4, true, 4));
    recording.replay(9);
    expect(await state.read()).toEqual({ ...zero, position: 40, batch: 10, step: 10 });
    recording.dispose();
  });

  it("is bound for the time of useStep(), also when its body throws", async () => {
    const own = new StepState(engine());
    own.set({ seed: 77 });
    const words = engine().zeros([8], "u32");
    engine().useStep(own, () => run(stepFields, { words }, {}));
    expect((await words.data())[0]).toBe(77);
    const outer = engine().step;
    const fail = () => {
      throw new Error("on purpose");
    };
    expect(() => engine().useStep(own, fail)).toThrow("on purpose");
    expect(engine().step).toBe(outer);
    own.dispose();
  });

  it("wraps around at 2^32, as u32 arithmetic does", async () => {
    const state = engine().step;
    state.set({ ...zero, step: 2 ** 32 - 1, position: 2 ** 32 - 10 });
    state.advance(32, true, 32);
    expect(await state.read()).toEqual({ ...zero, step: 0, position: 22, batch: 1 });
  });
});
