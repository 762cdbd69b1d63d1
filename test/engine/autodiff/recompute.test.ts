/** @file gradients({ recompute }): memory that is given up and comes back, whatever happens between. */
import { describe, expect, it } from "vitest";
import { Recomputation } from "../../../engine/autodiff/recompute.ts";
import { gradients } from "../../../engine/autodiff/tape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { add, exp, mul, sigmoid, tanh } from "../../../kernels/elementwise/index.ts";
import { sum } from "../../../kernels/reduce/index.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();
const depth = 40;
const start = () => engine().tensor(Array.from({ length: 1000 }, (_, i) => Math.sin(i)));

/** sigmoid and exp keep their inputs or outputs, products both factors. */
function body(x: Tensor): Tensor {
  let y = x;
  for (let i = 0; i < depth; i++)
    y = i % 4 === 3 ? mul(y, add(x, y)) : i % 2 === 0 ? sigmoid(y) : tanh(exp(y));
  return sum(y);
}

const values = async (tensors: readonly Tensor[]) => Promise.all(tensors.map((tensor) => tensor.data()));

describe("gradients with recompute", () => {
  it("are those without, to the bit: in the first call, which finds out, and after it with less memory", async () => {
    const x = start();
    const recompute = new Recomputation();
    const peaks: number[] = [];
    const found: unknown[] = [];
    for (const options of [{}, { recompute }, { recompute }, { recompute }]) {
      const before = engine().memory.bytesInUse;
      engine().resetPeakMemory();
      const { value, gradients: slopes } = gradients(
        engine(),
        () => engine().scope(() => body(x)),
        [x],
        options,
      );
      peaks.push(engine().memory.peakBytes - before);
      found.push(await values([value, ...slopes]));
    }
    for (const other of found.slice(1)) expect(other).toEqual(found[0]);
    expect(peaks[1]).toBe(peaks[0]);
    expect(peaks[2]).toBeLessThan(0.6 * peaks[0]!);
    expect(peaks[3]).toBe(peaks[2]);
  });

  it("refuse a body that launches something else than before, and give all memory back", () => {
    const x = start();
    const recompute = new Recomputation();
    const before = engine().memory.bytesInUse;
    const run = (make: (x: Tensor) => Tensor) =>
      engine().scope(() => void gradients(engine(), () => engine().scope(() => make(x)), [x], { recompute }));
    run(body);
    expect(() => run((x) => sum(exp(body(x))))).toThrow(/launch \d+ was nothing before, and is .*unary/);
    expect(() => run((x) => sum(mul(x, x)))).toThrow(/must launch the same in every call; launch 0 was /);
    expect(() => run(sum)).toThrow(/launch 0 was/);
    expect(engine().memory.bytesInUse).toBe(before);
    run(body);
    expect(engine().memory.bytesInUse).toBe(before);
    expect(engine().watch).toBeUndefined();
  });

  it("give all memory back when the body throws", () => {
    const x = start();
    const recompute = new Recomputation();
    const before = engine().memory.bytesInUse;
    const failing = () => {
      engine().scope(() => body(x));
      throw new Error("half way");
    };
    engine().scope(() => void gradients(engine(), () => engine().scope(() => body(x)), [x], { recompute }));
    for (let i = 0; i < 2; i++) {
      expect(() => engine().scope(() => gradients(engine(), failing, [x], { recompute }))).toThrow(
        "half way",
      );
      expect(engine().memory.bytesInUse).toBe(before);
    }
  });

  it("say so when a tensor that was given up is read", async () => {
    const x = start();
    const recompute = new Recomputation();
    let kept: Tensor | undefined;
    const watched = () =>
      engine().scope(() => {
        const early = sigmoid(x);
        kept = early;
        return body(tanh(early));
      });
    const run = () =>
      engine().scope(() => void gradients(engine(), watched, [x], { recompute, beforeBackward }));
    let error: unknown;
    const beforeBackward = () => {
      try {
        kept!.buffer;
      } catch (thrown) {
        error = thrown;
      }
    };
    run();
    expect(error).toBeUndefined();
    run();
    expect(String(error)).toMatch(/was given up, to be computed again in the backward pass/);
  });
});
