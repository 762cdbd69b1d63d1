/** @file The check that halts a step finds one bad element wherever it is, however many invocations look for it. */
import { expect, it } from "vitest";
import { kernel, run } from "../../../engine/kernel.ts";
import { useEngine } from "../../support/engine.ts";
import { inTwoRows } from "../../support/two-rows.ts";

const engine = useEngine();
const check = kernel("engine/autodiff/check-gradients", {
  reads: ["t_0", "t_1", "t_2", "t_3", "t_4", "t_5"],
  updates: ["state"],
});
const sizes = [1030, 257, 5, 1, 0, 700];

/** Whether the check halts a step whose tensors are 1 everywhere but for one element. */
async function halts(place: number, element: number, value: number, invocations: number): Promise<boolean> {
  engine().step.set({ step: 4, halted: 0 });
  const tensors: Record<string, ReturnType<typeof engine>["one"]> = { state: engine().step.tensor };
  const constants: Record<string, number> = {};
  for (const [i, size] of sizes.entries()) {
    const data = new Float32Array(Math.max(1, size)).fill(1);
    if (i === place) data[element] = value;
    tensors[`t_${i}`] = engine().tensor(data);
    constants[`SIZE_${i}`] = size;
  }
  run<string, never, string>(check, tensors, {}, { constants, invocations });
  const { halted } = await engine().step.read();
  engine().step.set({ halted: 0 });
  expect([0, 5]).toContain(halted);
  return halted !== 0;
}

it.for([1, 64, 65, 258, 400])("in the first, the last and other elements, with %i invocations", async (n) => {
  for (const [place, element] of [
    [0, 0],
    [0, 255],
    [0, 256],
    [0, 1029],
    [1, 256],
    [2, 4],
    [3, 0],
    [5, 699],
  ] as const) {
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(await halts(place, element, bad, n), `${bad} in ${place} at ${element}`).toBe(true);
    }
    expect(await halts(place, element, 1e38, n)).toBe(false);
  }
  expect(await halts(4, 0, Number.NaN, n), "of a place that is not used nothing counts").toBe(false);
  expect(await inTwoRows(engine(), () => halts(0, 1029, Number.NaN, n))).toBe(true);
});
