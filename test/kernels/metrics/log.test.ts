import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import { logRow } from "../../../kernels/metrics/index.ts";
import { useEngine } from "../../support/engine.ts";

describe("logRow", () => {
  const engine = useEngine();

  it("adds up micro-batches in the row of their batch and starts over when the ring is full", async () => {
    const log = engine().tensor(new Float32Array(8).fill(99), [2, 4]);
    engine().step.set({ step: 7, batch: 0, sample: 0, halted: 0 });
    for (let batch = 0; batch < 3; batch++) {
      for (const samples of [3, 2]) {
        const loss = engine().tensor([batch + samples]);
        const ones = engine().tensor(new Float32Array(samples).fill(1));
        const values = engine().tensor(new Float32Array(100).fill(batch / 4));
        logRow(log, { loss, samples, metrics: [ones, values] });
        engine().step.advance(samples, samples === 2, 5);
      }
    }
    // loss: 3 (b + 3) + 2 (b + 2); metrics: 3 + 2 ones, 200 times b / 4; batch 2 is where batch 0 was
    expect(await log.data()).toEqual(Float32Array.of(5, 23, 5, 100, 5, 18, 5, 50));
    expect((await engine().step.read()).halted).toBe(0);
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])("halts the run at the first loss of %s and remembers the step", async (bad) => {
    const log = engine().zeros([2, 2]);
    engine().step.set({ step: 41, batch: 0, sample: 0, halted: 0 });
    logRow(log, { loss: engine().tensor([3e38]), samples: 1 });
    expect((await engine().step.read()).halted).toBe(0);
    logRow(log, { loss: engine().tensor([bad]), samples: 1 });
    expect((await engine().step.read()).halted).toBe(42);
    engine().step.advance(1, true, 1);
    logRow(log, { loss: engine().tensor([bad]), samples: 1 });
    expect((await engine().step.read()).halted).toBe(42);
    expect(await log.data()).toEqual(Float32Array.of(1, bad, 1, bad));
    engine().step.set({ step: 50, halted: 42 });
    logRow(log, { loss: engine().tensor([bad]), samples: 1 });
    expect((await engine().step.read()).halted).toBe(42);
  });

  it("takes back the division by the size of the whole batch", async () => {
    const log = engine().zeros([1, 2]);
    engine().step.set({ step: 0, batch: 0, sample: 0, halted: 0 });
    for (const samples of [3, 2]) {
      logRow(log, { loss: engine().tensor([samples / 5]), samples, divisor: 5 });
      engine().step.advance(samples, samples === 2, 5);
    }
    expect(await log.data()).toEqual(Float32Array.of(5, 5)); // 5 samples whose losses are 1
  });

  it("names what does not fit", () => {
    const [log, loss] = [engine().zeros([4, 2]), engine().zeros([1])];
    const metric = engine().zeros([3]);
    expect(() => logRow(log, { loss, samples: 3, metrics: [metric] })).toThrow(ShapeError);
    expect(() => logRow(log, { loss, samples: 3, metrics: [metric] })).toThrow(
      "the log is [rows,3 or more] f32, got [4,2] f32.",
    );
    expect(() => logRow(log, { loss: metric, samples: 3 })).toThrow("logRow: the loss is a scalar, got [3].");
    expect(() => logRow(log, { loss, samples: 0 })).toThrow("samples must be a positive integer, got 0.");
    expect(() => logRow(log, { loss, samples: 1, divisor: 0 })).toThrow(
      "divisor must be a positive number, got 0.",
    );
    const wide = engine().zeros([4, 3]);
    const wrong = engine().zeros([3], "u32");
    expect(() => logRow(wide, { loss, samples: 3, metrics: [wrong] })).toThrow(
      "metric 0 is [n] f32, got [3] u32.",
    );
  });
});
