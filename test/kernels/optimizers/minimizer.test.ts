import { describe, expect, it } from "vitest";
import { ArgumentError, NumericError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { dense } from "../../../kernels/dense/dense.ts";
import { dropout } from "../../../kernels/dropout/dropout.ts";
import { mul, square } from "../../../kernels/elementwise/index.ts";
import { categoricalCrossentropy } from "../../../kernels/losses/index.ts";
import { adam, minimizer, type Optimizer, rmsprop, sgd } from "../../../kernels/optimizers/index.ts";
import { adamReference } from "../../../kernels/optimizers/optimizers.reference.ts";
import { mean, sum } from "../../../kernels/reduce/index.ts";
import { Dense, Input, sequential } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";

const engine = useEngine();

const kept = (values: ArrayLike<number>, shape: readonly number[]) =>
  engine().keep(engine().tensor(values, shape));
const numbers = async (tensor: Tensor) => [...((await tensor.data()) as Float32Array)];

/** The distance of a [7] and b [2, 3] from goals, after `steps` updates. */
async function descended(optimizer: Optimizer, steps: number, recorded = false) {
  const [a, b] = [kept([3, 1, 4, 1, 5, 9, 2], [7]), kept([6, 5, 3, 5, 8, 9], [2, 3])];
  const training = minimizer(optimizer, [a, b]);
  const losses: number[] = [];
  const loss = () => mul(sum(square(a)), mean(square(b)));
  if (recorded) {
    const step = engine().record(() => training.minimize(loss));
    step.replay(steps - 1);
    losses.push(...(await numbers(step.result)));
    step.dispose();
  } else {
    for (let i = 0; i < steps; i++)
      losses.push(...(await numbers(engine().scope(() => training.minimize(loss)))));
  }
  const found = { a: await numbers(a), b: await numbers(b), losses, step: (await training.step.read()).step };
  for (const owner of [training, a, b]) owner.dispose();
  return found;
}

/** The same in float64, by hand: `update` gets parameter, gradient and the step from 1, and keeps what it must. */
function descended64(steps: number, update: (p: number[], g: number[], t: number, of: number) => void) {
  const [a, b] = [
    [3, 1, 4, 1, 5, 9, 2],
    [6, 5, 3, 5, 8, 9],
  ] as const;
  const [x, y] = [[...a], [...b]];
  for (let t = 1; t <= steps; t++) {
    const [sx, my] = [x.reduce((s, v) => s + v * v, 0), y.reduce((s, v) => s + v * v, 0) / 6];
    const gradients = [x.map((v) => 2 * v * my), y.map((v) => (sx * 2 * v) / 6)];
    update(x, gradients[0]!, t, 0);
    update(y, gradients[1]!, t, 1);
  }
  return { a: x, b: y };
}

describe("a minimizer", () => {
  it("does the steps of its optimizer: sgd with decay and adam against float64", async () => {
    const rate = 1e-4;
    const plain = descended64(5, (p, g, t) => {
      for (const [i, slope] of g.entries()) p[i]! -= (rate / (1 + 0.5 * (t - 1))) * slope;
    });
    const found = await descended(sgd({ learningRate: rate, decay: 0.5 }), 5);
    for (const name of ["a", "b"] as const) expectClose(found[name], plain[name], { terms: 50 });
    expect(found.step).toBe(5);

    const slots = [0, 1].map(() => Array.from({ length: 7 }, () => ({ first: 0, second: 0 })));
    const rule = adamReference(0.9, 0.999, 1e-7);
    const byAdam = descended64(6, (p, g, t, of) => {
      for (const [i, slope] of g.entries())
        p[i] = rule(p[i]!, slope, slots[of]![i]!, { rate: 0.05, step: t - 1 });
    });
    const adams = await descended(adam({ learningRate: 0.05 }), 6);
    for (const name of ["a", "b"] as const) expectClose(adams[name], byAdam[name], { terms: 50 });
  });

  it("clips by the norm over all its tensors", async () => {
    const norm = 2;
    const clipped = descended64(1, () => {});
    const [sx, my] = [3 ** 2 + 1 + 16 + 1 + 25 + 81 + 4, (36 + 25 + 9 + 25 + 64 + 81) / 6];
    const gradients = { a: clipped.a.map((v) => 2 * v * my), b: clipped.b.map((v) => (sx * 2 * v) / 6) };
    const length = Math.hypot(...gradients.a, ...gradients.b);
    const found = await descended(sgd({ learningRate: 1, clipNorm: norm }), 1);
    for (const name of ["a", "b"] as const) {
      const expected = clipped[name].map((v, i) => v - (norm / length) * gradients[name][i]!);
      expectClose(found[name], expected, { terms: 50 });
    }
  });

  it("replays a recorded step to the same bits", async () => {
    const eager = await descended(rmsprop({ learningRate: 0.1 }), 6);
    const recorded = await descended(rmsprop({ learningRate: 0.1 }), 6, true);
    expect(recorded).toEqual({ ...eager, losses: eager.losses.slice(-1) });
  });

  it("trains a model as fit() does", async () => {
    const make = async () => {
      const net = sequential([
        Input([5]),
        Dense(4, { activation: "relu" }),
        Dense(3, { activation: "softmax" }),
      ]);
      await net.compile({ engine: engine(), optimizer: adam(), loss: "categorical_crossentropy", seed: 4 });
      return net;
    };
    const [own, fitted] = [await make(), await make()];
    const inputs = Float32Array.from(randomArray([8, 5], 1).data);
    const labels = [0, 1, 2, 0, 1, 2, 0, 1];
    const rows = labels.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));
    const [x, y] = [kept(inputs, [8, 5]), kept(rows, [8, 3])];

    const training = minimizer(adam(), own.trainableWeights);
    for (let step = 0; step < 4; step++)
      engine().scope(() =>
        training.minimize(() => categoricalCrossentropy(own.run(x, { training: true, stream: 0 }), y)),
      );
    await training.check();
    await fitted.fit(inputs, labels, { batchSize: 8, epochs: 4, shuffle: false });
    const expected = await fitted.getWeights();
    for (const [path, values] of await own.getWeights())
      expectClose(values, expected.get(path)!, { terms: 50 });
    for (const owner of [training, x, y, own, fitted]) owner.dispose();
  });

  it("follows a learning rate that is a function of the step, or is set", async () => {
    const rates = [1e-4, 3e-4, 0];
    const expected = descended64(3, (p, g, t) => {
      for (const [i, slope] of g.entries()) p[i]! -= rates[t - 1]! * slope;
    });
    const found = await descended(sgd({ learningRate: (at) => rates[at]! }), 3);
    for (const name of ["a", "b"] as const) expectClose(found[name], expected[name], { terms: 50 });

    const w = kept([1], [1]);
    using training = minimizer(sgd({ learningRate: 0.5 }), [w]);
    training.learningRate = 0.25;
    engine().scope(() => training.apply([engine().tensor([1])]));
    expect(await numbers(w)).toEqual([0.75]);
    expect(() => {
      training.learningRate = Number.NaN;
    }).toThrow(ArgumentError);
    w.dispose();
  });

  it("draws dropout anew in each step, by its seed", async () => {
    const x = kept(new Float32Array(64).fill(1), [1, 64]);
    const run = async (seed: number) => {
      const w = kept(new Float32Array(64).fill(1), [64, 1]);
      using training = minimizer(sgd({ learningRate: 0 }), [w], { seed });
      const losses: number[] = [];
      const loss = () => sum(dense(dropout(x, { rate: 0.5, stream: 0 }), w));
      for (let i = 0; i < 4; i++)
        losses.push(...(await numbers(engine().scope(() => training.minimize(loss)))));
      w.dispose();
      return losses;
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
    x.dispose();
  });

  it("halts at a gradient that is not finite, and check() says so", async () => {
    const w = kept([2, 2], [2]);
    using training = minimizer(sgd({ learningRate: 1 }), [w]);
    const apply = (values: number[]) => engine().scope(() => training.apply([engine().tensor(values)]));
    apply([1, 0]);
    await training.check();
    apply([1, Number.POSITIVE_INFINITY]);
    apply([1, 1]);
    await expect(training.check()).rejects.toThrow(NumericError);
    await expect(training.check()).rejects.toThrow("a gradient of update 2 was not finite");
    expect(await numbers(w)).toEqual([1, 2]);
    w.dispose();
  });

  it("refuses what it cannot train", () => {
    const w = kept([1], [1]);
    const whole = engine().keep(engine().tensor([1], [1], "u32"));
    const refused: [unknown, unknown, unknown, RegExp][] = [
      ["adam", [w], {}, /^minimizer: optimizer must be made by/],
      [sgd(), [], {}, /^minimizer: needs a list of tensors to change, got \[\]/],
      [sgd(), [w, w], {}, /^minimizer: a tensor is listed twice/],
      [sgd(), [[1]], {}, /^minimizer: parameters\[0\] must be a tensor/],
      [sgd(), [w], { sed: 1 }, /^minimizer: there is no option sed\. Did you mean seed\?/],
      [sgd(), [w], { seed: -1 }, /^minimizer: seed must be a whole number/],
    ];
    for (const [optimizer, parameters, options, message] of refused)
      expect(() => minimizer(optimizer as Optimizer, parameters as Tensor[], options as object)).toThrow(
        message,
      );
    expect(() => minimizer(sgd(), [whole])).toThrow(ShapeError);
    using training = minimizer(sgd(), [w]);
    expect(() => training.apply([])).toThrow("minimizer: 1 gradients are needed, got 0.");
    expect(() => training.apply([engine().tensor([1, 2])])).toThrow(ShapeError);
    for (const tensor of [w, whole]) tensor.dispose();
  });
});
