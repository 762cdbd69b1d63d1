import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import {
  Conv2D,
  Dense,
  Flatten,
  Input,
  l1,
  l1l2,
  l2,
  type Model,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import {
  dense64,
  gradientsBy,
  map64,
  mean64,
  numericGradients,
  type Rows,
  rowsOf,
  squaredErrors64,
  values,
  type Weights64,
} from "../float64.ts";
import { bits, withBindingLimit } from "../tiny.ts";

const engine = useEngine();

const samples = 10;
const [x, y] = [values(200 * samples, 1), values(2 * samples, 2)];
const data = { inputs: x, inputShape: [200], targets: y, targetShape: [2] };

/** Two layers with every kind of penalty. */
const network = () =>
  sequential([
    Input([200]),
    Dense(3, {
      activation: "tanh",
      name: "first",
      kernelRegularizer: l2(0.02),
      biasRegularizer: l1(0.3),
      activityRegularizer: l1l2(0.05, 0.1),
    }),
    Dense(2, { name: "second", kernelRegularizer: l1l2(0.03, 0.04) }),
  ]);

async function compiled(net: Model = network(), learningRate = 1): Promise<Model> {
  await net.compile({ optimizer: sgd({ learningRate }), loss: "mse", metrics: ["mae"], engine: engine() });
  return net;
}

const absolutes = (list: ArrayLike<number>) =>
  Array.from(list).reduce((sum, value) => sum + Math.abs(value), 0);
const squares = (list: ArrayLike<number>) => Array.from(list).reduce((sum, value) => sum + value ** 2, 0);

/** The loss of some samples: error, penalties on weights, and on activations divided by the batch size. */
function loss64(weights: Weights64, inputs: Rows, targets: Rows): number {
  const hidden = map64(dense64(inputs, weights, "first"), Math.tanh);
  const activity = (0.05 * absolutes(hidden.flat()) + 0.1 * squares(hidden.flat())) / inputs.length;
  const second = weights.get("second/kernel")!;
  const fixed = 0.02 * squares(weights.get("first/kernel")!) + 0.3 * absolutes(weights.get("first/bias")!);
  const error = mean64(squaredErrors64(dense64(hidden, weights, "second"), targets));
  return error + activity + fixed + 0.03 * absolutes(second) + 0.04 * squares(second);
}

describe("penalties", () => {
  it("are added to the loss, and their gradients to the others", async () => {
    const net = await compiled();
    net.setWeights(new Map([["first/bias", Float32Array.of(0.5, -0.25, 0.125)]]));
    const before = await net.getWeights();
    const loss = (weights: Weights64) => loss64(weights, rowsOf(x, 200), rowsOf(y, 2));
    let found: Record<string, number> = {};
    const gradients = await gradientsBy(net, async () => {
      found = await net.trainOnBatch(x, y);
    });
    expectClose([found.loss!], [loss(before)], { terms: 100 });
    for (const [path, expected] of numericGradients(before, loss))
      expectClose(gradients.get(path)!, expected, { terms: 400, scale: 1 }, path);
    net.dispose();
  });

  it("count in evaluation, with every batch's own size", async () => {
    const net = await compiled();
    const weights = await net.getWeights();
    const [inputs, targets] = [rowsOf(x, 200), rowsOf(y, 2)];
    const parts = [0, 4, 8].map((i) => {
      const part = [inputs.slice(i, i + 4), targets.slice(i, i + 4)] as const;
      return part[0].length * loss64(weights, ...part);
    });
    const { loss } = await net.evaluate(data, { batchSize: 4 });
    expectClose([loss!], [parts.reduce((sum, value) => sum + value) / samples], { terms: 100 });
    net.dispose();
  });

  it("give the same in micro-batches, where those on weights count once", async () => {
    const results = [];
    // 3,328 bytes, a size class of the buffer pool, hold four samples
    for (const limit of [2 ** 27, 3328]) {
      const net = await compiled(network(), 0.1);
      const parts: (readonly number[])[] = [];
      const fit = () => net.fit(data, { batchSize: 10, epochs: 2, onPlan: (plan) => parts.push(plan) });
      const { history } = await withBindingLimit(engine(), limit, fit);
      results.push({ parts, history, weights: await net.getWeights() });
      net.dispose();
    }
    const [whole, split] = results as [(typeof results)[0], (typeof results)[0]];
    expect([whole.parts, split.parts]).toEqual([[[10]], [[4, 4, 2]]]);
    for (const [path, expected] of whole.weights)
      expectClose(split.weights.get(path)!, expected, { terms: 20, scale: 1 }, path);
    expectClose(split.history.loss as number[], whole.history.loss as number[], { terms: 50 });
  });

  it("give the same bits again, eagerly and replayed", async () => {
    const runs = [];
    for (const eager of [false, false, true]) {
      const net = await compiled(network(), 0.1);
      await net.fit(data, { batchSize: 4, epochs: 2, eager });
      runs.push(bits(await net.getWeights()));
      net.dispose();
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it("on the filters of a convolution, and on a frozen layer only in the loss", async () => {
    const filters = Conv2D(2, 3, { name: "filters", kernelRegularizer: l2(0.5), useBias: false });
    const net = await compiled(sequential([Input([3, 3, 1]), filters, Flatten()]));
    const before = await net.getWeights();
    const kernel = before.get("filters/kernel")!;
    const black = new Float32Array(9); // so the error has no gradient
    let logs: Record<string, number> = {};
    const gradients = await gradientsBy(net, async () => {
      logs = await net.trainOnBatch(black, [0, 0]);
    });
    expectClose([logs.loss!], [0.5 * squares(kernel)], { terms: 18 });
    expectClose(gradients.get("filters/kernel")!, Array.from(kernel), { scale: 1 }); // 2 * 0.5 * w
    net.setWeights(before);
    filters.trainable = false;
    await compiled(net);
    const frozen = await gradientsBy(net, async () => {
      logs = await net.trainOnBatch(black, [0, 0]);
    });
    expectClose([logs.loss!], [0.5 * squares(kernel)], { terms: 18 });
    expect(frozen.get("filters/kernel")!.every((value) => value === 0)).toBe(true);
    net.dispose();
  });

  it("must not be negative", () => {
    for (const make of [() => l1(-1), () => l2(Number.NaN), () => l1l2(0, Number.POSITIVE_INFINITY)])
      expect(make).toThrow(ArgumentError);
    expect(l1l2()).toEqual({ l1: 0.01, l2: 0.01 }); // Keras's defaults
  });
});
