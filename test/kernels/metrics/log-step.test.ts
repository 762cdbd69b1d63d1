import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  absoluteError,
  binaryAccuracy,
  categoricalAccuracy,
  logRow,
  logStep,
  roundedAccuracy,
  type StepMetric,
  sparseCategoricalAccuracy,
  squaredError,
  topKAccuracy,
} from "../../../kernels/metrics/index.ts";
import { fitsLogStep } from "../../../kernels/metrics/log-step.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

/** Quarters make ties and halves. */
const quarters = (shape: number[], seed: number) =>
  Float32Array.from(randomArray(shape, seed, 0, 1).data, (value) => Math.round(value * 4) / 4);

describe("logStep", () => {
  const engine = useEngine();
  const functions = {
    categoricalAccuracy,
    topKAccuracy: (p, t) => topKAccuracy(p, t, 2),
    squaredError,
    absoluteError,
    binaryAccuracy,
    roundedAccuracy,
  } satisfies Record<StepMetric["kind"], typeof squaredError>;

  const kinds = Object.keys(functions) as StepMetric["kind"][];
  const cases = fc.record({
    samples: fc.integer({ min: 1, max: 150 }),
    classes: fc.integer({ min: 1, max: 12 }),
    metrics: fc.array(fc.constantFrom(...kinds), { maxLength: 4 }),
    seed: fc.nat(1e6),
  });

  it("writes what logRow writes with the metrics computed before", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ samples, classes, metrics: chosen, seed }) => {
        const predictions = engine().tensor(quarters([samples, classes], seed), [samples, classes]);
        const targets = engine().tensor(quarters([samples, classes], seed + 1), [samples, classes]);
        const metrics = chosen.map((kind) => (kind === "topKAccuracy" ? { kind, k: 2 } : { kind }));
        const shared = { loss: engine().tensor([0.5]), samples, divisor: 7 };
        const logs = [0, 1].map(() =>
          engine().tensor(new Float32Array(2 * (2 + metrics.length)).fill(9), [2, 2 + metrics.length]),
        );
        engine().step.set({ step: 3, batch: 1, sample: 0, halted: 0 });
        for (const [part, sample] of [0, samples].entries()) {
          engine().step.set({ sample });
          const entry = { ...shared, predictions, targets, metrics };
          expect(fitsLogStep(entry)).toBe(true);
          logStep(logs[0]!, entry);
          logRow(logs[1]!, {
            ...shared,
            metrics: chosen.map((kind) => functions[kind](predictions, targets)),
          });
          const what = `micro-batch ${part} of ${samples} x ${classes}, ${chosen.join(", ")}`;
          expectClose(await logs[0]!.data(), await logs[1]!.data(), { terms: samples, scale: 1 }, what);
        }
      }),
      properties,
    );
  });

  /** Sizes at the edges of what lanes share, and what one has on its way. */
  const sharedCases = fc.record({
    samples: fc.oneof(fc.constantFrom(1, 32, 33, 128, 255, 256, 257), fc.integer({ min: 1, max: 600 })),
    classes: fc.oneof(fc.constantFrom(1, 2, 16, 17, 64), fc.integer({ min: 1, max: 109 })),
    metrics: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 4 }),
    labels: fc.boolean(),
    strange: fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY),
    seed: fc.nat(1e6),
  });

  /** every mean, which a value that is no number would hide */
  const means = {
    samples: 33,
    classes: 17,
    metrics: ["squaredError", "absoluteError", "binaryAccuracy", "roundedAccuracy"] as StepMetric["kind"][],
    labels: false,
    strange: 0,
    seed: 5,
  };

  it("writes the same where lanes share a sample, as on a GPU", async () => {
    await fc.assert(
      fc.asyncProperty(sharedCases, async ({ samples, classes, metrics: chosen, labels, strange, seed }) => {
        const scores = quarters([samples, classes], seed);
        const goals = quarters([samples, classes], seed + 1);
        scores[seed % scores.length] = goals[(7 * seed) % goals.length] = strange;
        const predictions = engine().tensor(scores, [samples, classes]);
        const indices = Uint32Array.from({ length: samples }, (_, i) => (i * 7 + seed) % (classes + 1));
        const targets = labels
          ? engine().tensor(indices, [samples], "u32")
          : engine().tensor(goals, [samples, classes]);
        const metrics = chosen
          .map((kind) => (labels && !kind.endsWith("cy") ? "categoricalAccuracy" : kind))
          .map((kind) => (labels && /binary|rounded/.test(kind) ? "topKAccuracy" : kind))
          .map((kind) => (kind === "topKAccuracy" ? { kind, k: 2 } : { kind })) as StepMetric[];
        const entry = { loss: engine().tensor([0.5]), samples, divisor: 7, predictions, targets, metrics };
        engine().step.set({ step: 3, batch: 1, sample: 0, halted: 0 });
        const write = async () => {
          const log = engine().tensor(new Float32Array(14).fill(9), [2, 7]);
          logStep(log, entry);
          engine().step.set({ sample: samples });
          logStep(log, entry);
          engine().step.set({ sample: 0 });
          return Float32Array.from(await log.data(), (value) => (Number.isFinite(value) ? value : -1));
        };
        const alone = await write();
        const what = `${samples} x ${classes}, ${chosen.join(", ")}${labels ? ", labels" : ""}`;
        expectClose(await asGpu(engine(), write), alone, { terms: samples + classes, scale: 1 }, what);
      }),
      { ...properties, examples: [[means]] },
    );
  });

  it("takes class indices for accuracies", async () => {
    const predictions = engine().tensor([0.2, 0.7, 0.1, 0.5, 0.5, 0, 0, 0, 1], [3, 3]);
    const targets = engine().tensor([1, 1, 3], [3], "u32"); // right; the first of equals is the guess; no class
    const log = engine().zeros([1, 4]);
    engine().step.set({ step: 0, batch: 0, sample: 0, halted: 0 });
    const metrics = [{ kind: "categoricalAccuracy" }, { kind: "topKAccuracy", k: 1 }] as const;
    logStep(log, { loss: engine().tensor([2]), samples: 3, divisor: 3, predictions, targets, metrics });
    expect([...(await log.data())]).toEqual([3, 6, 1, 2]);
    expect(await sparseCategoricalAccuracy(predictions, targets).data()).toEqual(Float32Array.of(1, 0, 0));
  });

  it("halts the run at a loss that is no number", async () => {
    const one = engine().zeros([1, 1]);
    engine().step.set({ step: 41, batch: 0, sample: 0, halted: 0 });
    const entry = { samples: 1, divisor: 1, predictions: one, targets: one, metrics: [] };
    logStep(engine().zeros([1, 2]), { ...entry, loss: engine().tensor([Number.NaN]) });
    expect((await engine().step.read()).halted).toBe(42);
    engine().step.set({ halted: 0 });
  });

  it("leaves what does not fit to logRow", () => {
    const [few, many] = [engine().zeros([2, 3]), engine().zeros([300, 300])];
    const entry = { loss: engine().one, samples: 2, divisor: 2 };
    const metrics = [{ kind: "squaredError" }] as const;
    expect(fitsLogStep({ ...entry, predictions: many, targets: many, metrics })).toBe(false);
    expect(fitsLogStep({ ...entry, predictions: few, targets: engine().zeros([2], "u32"), metrics })).toBe(
      false,
    );
    const five = Array.from({ length: 5 }, () => metrics[0]);
    expect(fitsLogStep({ ...entry, predictions: few, targets: few, metrics: five })).toBe(false);
    const image = engine().zeros([2, 2, 2, 3]);
    const accuracy = [{ kind: "categoricalAccuracy" }] as const;
    expect(fitsLogStep({ ...entry, predictions: image, targets: image, metrics: accuracy })).toBe(false);
  });
});
