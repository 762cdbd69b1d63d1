/** @file The rules of the optimizers: what each makes of a weight and of its moments. */
import { afterAll, describe, expect, it } from "vitest";
import { LaunchRecord } from "../../../engine/record/launch-record.ts";
import * as kernels from "../../../kernels/index.ts";
import { kernelRules } from "../../../lessons/microscope/rules.ts";
import { useEngine } from "../../support/engine.ts";
import { checkLaunches, tensor } from "./checked-launches.ts";

const engine = useEngine();
const seen = new Set<string>();

describe("optimizers", () => {
  const all = [
    kernels.sgd({ decay: 0.1 }),
    kernels.sgd({ momentum: 0.9 }),
    kernels.sgd({ momentum: 0.9, nesterov: true, clipNorm: 0.5 }),
    kernels.adagrad(),
    kernels.rmsprop({ decay: 0.01, clipValue: 0.3 }),
    kernels.adadelta(),
    kernels.adam(),
    kernels.adamw({ weightDecay: 0.01 }),
    kernels.adamax(),
    kernels.nadam(),
  ];
  for (const [i, optimizer] of all.entries()) {
    it(`${optimizer.name}, ${JSON.stringify(optimizer.config)}`, async () => {
      const on = engine();
      const values = (seed: number, low = -1) => tensor(on, [12], seed, low, 1);
      const slots = Object.fromEntries(optimizer.slots.map((slot, j) => [slot, values(i + j + 3, 0.01)]));
      const occupied = kernels.occupiedElements(on, [12]);
      const group = { parameters: values(1), gradients: values(2), slots, occupied };
      on.step.set({ step: 3, learningRate: optimizer.learningRate });
      const { record } = LaunchRecord.take(on, () => on.scope(() => optimizer.apply(group)));
      await checkLaunches(record, seen);
      record.dispose();
      occupied.dispose();
    });
  }
});

afterAll(() => {
  const all = kernelRules.map(({ kernel }) => kernel).filter((kernel) => kernel.startsWith("optimizers/"));
  expect(
    all.filter((kernel) => !seen.has(kernel)),
    "rules that no test has run",
  ).toEqual([]);
});
