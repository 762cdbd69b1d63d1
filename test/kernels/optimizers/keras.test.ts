/** @file Steps beside those of Keras (drawn by test/golden-maker/keras_layers.py) and PyTorch. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { adam, adamax, nadam, type Optimizer } from "../../../kernels/optimizers/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";

interface Values {
  readonly shape: number[];
  readonly values: number[];
}
interface Steps {
  readonly origin: string;
  readonly start: Values;
  /** [steps, parameters] */
  readonly gradients: Values;
  /** parameters after each step, by optimizer */
  readonly after: Readonly<Record<string, Values>>;
}

const steps = JSON.parse(readFileSync(join(import.meta.dirname, "keras-optimizers.json"), "utf8")) as Steps;

describe(`steps of ${steps.origin}`, () => {
  const engine = useEngine();

  /** Parameters after each step. */
  async function run(optimizer: Optimizer): Promise<number[]> {
    const [count, size] = steps.gradients.shape as [number, number];
    const parameters = engine().tensor(steps.start.values);
    const slots = Object.fromEntries(
      optimizer.slots.map((name) => [
        name,
        engine().tensor(steps.start.values.map(() => optimizer.slotInitial(name))),
      ]),
    );
    const after: number[] = [];
    for (let step = 0; step < count; step++) {
      const gradients = engine().tensor(steps.gradients.values.slice(step * size, (step + 1) * size));
      engine().step.set({ step, learningRate: optimizer.learningRate, halted: 0 });
      optimizer.apply({ parameters, gradients, slots });
      after.push(...((await parameters.data()) as Float32Array));
    }
    return after;
  }

  const cases: [string, Optimizer][] = [
    ["Adamax", adamax({ learningRate: 0.01 })],
    ["Nadam", nadam({ learningRate: 0.01, scheduleDecay: 1 })], // Keras 3 has no schedule decay: its momentum warms up fast
    ["Adam", adam({ learningRate: 0.01 })],
    ["NAdam of PyTorch", nadam({ learningRate: 0.01, epsilon: 1e-8 })],
  ];
  it.each(cases)("%s", async (name, optimizer) => {
    expectClose(await run(optimizer), steps.after[name]!.values, { terms: 20, scale: 1 });
  });

  it("are tried with every entry of the fixture", () => {
    expect(cases.map(([name]) => name).sort()).toEqual(Object.keys(steps.after).sort());
  });
});
