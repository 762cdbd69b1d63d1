/** @file Floating-point operations that the launches of a training step state, by the rule of docs/decisions.md. */
import { describe, expect, it } from "vitest";
import { randomSamples } from "../../bench/random-samples.ts";
import { workloads } from "../../bench/workloads.ts";
import type { Dispatch } from "../../engine/record/commands.ts";
import { binaryCrossentropy, categoricalCrossentropy, meanSquaredError } from "../../kernels/losses/index.ts";
import { maxPool2d } from "../../kernels/pool2d/index.ts";
import { mean, variance } from "../../kernels/reduce/index.ts";
import { softmax } from "../../kernels/softmax/index.ts";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import { useEngine } from "../support/engine.ts";

const engine = useEngine();

/** Kernels that move data or count in whole numbers. */
const moving = /^(engine\/advance|gather\/(one-hot-)?labels|shape\/(strided-copy|place|concat|gather))$/;

/** The launches of a step of one of the benchmark's workloads. */
async function launches(name: string, batch: number): Promise<readonly Dispatch[]> {
  const { network, optimizer, loss, metrics, classes } = workloads[name]!;
  const model = network();
  await model.compile({ engine: engine(), optimizer: optimizer(), loss, metrics });
  const { session } = model;
  const batches = Batches.open(engine(), randomSamples(model, batch, classes), session.objective.oneHot);
  const log = new TrainingLog(engine(), session.objective, 1);
  const step = await TrainingStep.prepare(session, batches, log, batch, false);
  step.run(1);
  const { dispatches } = step.recording!;
  for (const owner of [step, log, batches, model]) owner.dispose();
  return dispatches;
}

describe("steps of the benchmark", () => {
  it.each([
    "ae32",
    "conv-ae",
    "cifar25-bn",
  ])("%s: each launch that computes states its operations, the others none", async (name) => {
    for (const { label, flops } of await launches(name, 2)) {
      expect(Number.isSafeInteger(flops), `${label}: ${flops}`).toBe(true);
      expect(flops > 0, label).toBe(!moving.test(label));
    }
  });

  it("counts those of ae32 as by hand", async () => {
    const counted = (await launches("ae32", 3)).map(({ label, flops }) => [label, flops]);
    const product = 2 * 3 * 784 * 32;
    expect(counted).toEqual([
      ["gather/gather-bytes", 2 * 3 * 784], // scale and offset
      [expect.stringMatching(/^dense\/matmul/), product],
      [expect.stringMatching(/^dense\/matmul/), product],
      // clip 2, logarithms 2, 1 - p, 1 - t, two products, their sum, the sum over the elements
      ["losses/pointwise", 10 * 3 * 784],
      ["metrics/log-step", 3], // loss * divisor, and two sums
      // clip 2, p - t, 1 - p, p (1 - p), division, comparison, share; derivative of the sigmoid and its product
      ["losses/pointwise-gradient", 10 * 3 * 784],
      [expect.stringMatching(/^dense\/matmul/), product],
      // magnitude and comparison of the inputs of both layers and of the gradients of their outputs; 2 places are not used
      ["engine/autodiff/check-gradients", 2 * (2 * 3 * (784 + 32) + 2)],
      [expect.stringMatching(/^dense\/matmul/), product],
      [expect.stringMatching(/^dense\/matmul/), product],
      ["engine/advance", 0],
    ]);
  });
});

describe("single ops", () => {
  const x = () => engine().tensor(new Float32Array(96).fill(0.1), [2, 4, 4, 3]);

  it.each([
    ["maxPool2d", () => maxPool2d(x()), 4 * (96 / 4)], // a window of four for each result
    ["mean", () => mean(x()), 96],
    // the mean; difference and sum; difference, square and sum; the corrections of mean and variance
    ["variance", () => variance(x()), 96 + 2 * 96 + 3 * 96 + 3],
    ["softmax", () => softmax(x()), 5 * 96], // largest, difference, exponential, sum, division
    ["meanSquaredError", () => meanSquaredError(x(), x()), 3 * 96], // difference, square, sum
    ["binaryCrossentropy", () => binaryCrossentropy(x(), x()), 10 * 96],
    ["categoricalCrossentropy", () => categoricalCrossentropy(x(), x()), 9 * 96],
  ] as const)("%s", (_, op, expected) => {
    expect(engine().plan(op).flops).toBe(expected);
  });
});
