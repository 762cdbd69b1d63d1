/** @file Every rule of the microscope on random shapes: it comes to the kernel's bits, and where from and where to are inverse. */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../engine/device.ts";
import { LaunchRecord } from "../../../engine/record/launch-record.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import * as kernels from "../../../kernels/index.ts";
import { kernelRules } from "../../../lessons/microscope/rules.ts";
import { useEngine } from "../../support/engine.ts";
import { checkDrawn, checkLaunches, type Drawn, tensor } from "./checked-launches.ts";

const engine = useEngine();
const seen = new Set<string>();

const checked = <T>(arbitrary: fc.Arbitrary<T>, draw: (drawn: T, on: Engine) => Drawn, numRuns?: number) =>
  checkDrawn(engine(), seen, arbitrary, draw, numRuns);
const size = (max: number, min = 1) => fc.integer({ min, max });
const seedOf = fc.integer({ min: 1, max: 10_000 });
const padding = fc.constantFrom("same", "valid" as const);

describe("products", () => {
  const convolution = fc.record({
    image: fc.tuple(size(2), size(6, 3), size(6, 3)),
    window: fc.tuple(size(3), size(3)),
    channels: size(3),
    filters: size(3),
    groups: size(2),
    strides: fc.tuple(size(2), size(2)),
    dilation: size(2),
    padding,
    seed: seedOf,
  });

  it("convolutions of any stride, padding, dilation and groups", () =>
    checked(
      convolution,
      ({ image, window, channels, filters, groups, strides, dilation, padding: pad, seed }, on) => {
        const x = tensor(on, [...image, channels * groups], seed);
        const w = tensor(on, [...window, channels, filters * groups], seed + 1);
        const options = {
          strides,
          padding: window.some((each) => each > 1) ? ("same" as const) : pad,
          dilation,
          groups,
        };
        return { sources: [x, w], op: () => kernels.conv2d(x, w, options) };
      },
    ));

  it("transposed convolutions", () =>
    checked(convolution, ({ image, window, channels, filters, strides, padding: pad, seed }, on) => {
      const x = tensor(on, [...image, channels], seed);
      const w = tensor(on, [...window, filters, channels], seed + 1);
      return { sources: [x, w], op: () => kernels.conv2dTranspose(x, w, { strides, padding: pad }) };
    }));

  it("dense layers with bias, and tied ones", () =>
    checked(
      fc.tuple(size(5), size(9), size(7), fc.boolean(), seedOf),
      ([n, inputs, units, tied, seed], on) => {
        const x = tensor(on, [n, inputs], seed);
        const w = tensor(on, tied ? [units, inputs] : [inputs, units], seed + 1);
        const bias = tensor(on, [units], seed + 2);
        const options = { bias, activation: "relu", transposeKernel: tied } as const;
        return { sources: [x, w, bias], op: () => kernels.dense(x, w, options) };
      },
    ));

  it("stacks of matrices", () =>
    checked(
      fc.tuple(size(3), size(4), size(4), size(4), fc.boolean(), seedOf),
      ([batch, m, n, k, flip, seed], on) => {
        const a = tensor(on, flip ? [batch, k, m] : [batch, m, k], seed);
        const b = tensor(on, flip ? [batch, n, k] : [batch, k, n], seed + 1);
        return { sources: [a, b], op: () => kernels.matmul(a, b, { transposeA: flip, transposeB: flip }) };
      },
    ));
});

describe("element by element", () => {
  const ops = [
    kernels.relu,
    kernels.sigmoid,
    kernels.tanh,
    kernels.selu,
    kernels.elu,
    kernels.softplus,
    kernels.leakyRelu,
    kernels.square,
    kernels.exp,
    (x: Tensor) => kernels.scale(x, 0.37),
    (x: Tensor) => kernels.addScalar(kernels.scale(x, -2), 0.3),
    (x: Tensor) => kernels.clip(x, -0.4, 0.3),
  ];
  const binary = [kernels.add, kernels.sub, kernels.mul, kernels.div, kernels.maximum, kernels.minimum];

  it("functions of one number", () =>
    checked(
      fc.tuple(fc.constantFrom(...ops), size(11), seedOf),
      ([f, n, seed], on) => {
        const x = tensor(on, [n], seed, -3, 3);
        return { sources: [x], op: () => f(x) };
      },
      20,
    ));

  it("functions of two, one of which may repeat", () =>
    checked(
      fc.tuple(fc.constantFrom(...binary), size(4), size(9), fc.boolean(), seedOf),
      ([f, n, c, same, seed], on) => {
        const a = tensor(on, [n, c], seed, 0.2, 2);
        const b = tensor(on, same ? [n, c] : [c], seed + 1, 0.2, 2);
        return { sources: [a, b], op: () => f(a, b) };
      },
      16,
    ));

  it("a tensor that is used twice", () =>
    checked(fc.tuple(size(9), seedOf), ([n, seed], on) => {
      const x = tensor(on, [n], seed);
      return { sources: [x], op: () => kernels.add(kernels.sigmoid(x), kernels.tanh(x)) };
    }));

  it("gradients that are added to others", async () => {
    const [total, x] = [tensor(engine(), [5], 1), tensor(engine(), [5], 2)];
    const { gradients } = await import("../../../engine/autodiff/tape.ts");
    const accumulate = () =>
      void gradients(engine(), () => kernels.sum(kernels.square(x)), [x], {
        into: [total],
        accumulate: true,
      });
    const { record } = LaunchRecord.take(engine(), () => engine().scope(accumulate));
    await checkLaunches(record, seen);
    record.dispose();
  });
});

describe("reductions", () => {
  const reduce = [kernels.sum, kernels.mean, kernels.max, kernels.min, kernels.variance];

  it("over rows, columns and everything, and back", () =>
    checked(
      fc.tuple(
        fc.constantFrom(...reduce),
        size(3),
        size(70),
        size(5),
        fc.constantFrom([0], [1], [2], [0, 1], [1, 2]),
        seedOf,
      ),
      ([f, a, b, c, axes, seed], on) => {
        const x = tensor(on, [a, b, c], seed);
        return { sources: [x], op: () => f(x, { axes }) };
      },
      16,
    ));

  it("in slices, lanes and trees, where sums are long", async () => {
    for (const shape of [
      [2, 2100 * 4 + 3],
      [4200, 3],
    ]) {
      const x = tensor(engine(), shape, 5);
      const take = () => void kernels.sum(x, { axes: shape[0] === 2 ? [1] : [0] });
      const { record } = LaunchRecord.take(engine(), () => engine().scope(take));
      await checkLaunches(record, seen);
      record.dispose();
    }
  });

  it("penalties on weights", () =>
    checked(
      fc.tuple(size(20), fc.constantFrom({ l1: 0.1 }, { l2: 0.2 }, { l1: 0.1, l2: 0.2 }), seedOf),
      ([n, options, seed], on) => {
        const w = tensor(on, [n], seed);
        return { sources: [w], op: () => kernels.l1l2Penalty(w, options) };
      },
    ));
});

describe("pooling", () => {
  const pooling = fc.record({
    image: fc.tuple(size(2), size(7, 3), size(7, 3), fc.constantFrom(1, 3, 4)),
    poolSize: fc.tuple(size(3), size(3)),
    strides: fc.tuple(size(3), size(3)),
    padding,
    seed: seedOf,
  });
  for (const pool of [kernels.maxPool2d, kernels.avgPool2d]) {
    it(`${pool.name} of any window, stride and padding`, () =>
      checked(
        pooling,
        ({ image, seed, ...options }, on) => {
          const x = tensor(on, image, seed);
          return { sources: [x], op: () => pool(x, options) };
        },
        8,
      ));
  }

  it("over whole images", () =>
    checked(
      fc.tuple(size(36, 30), fc.boolean(), seedOf),
      ([side, largest, seed], on) => {
        const x = tensor(on, [1, side, side, 1], seed);
        return {
          sources: [x],
          op: () => (largest ? kernels.globalMaxPool2d(x) : kernels.globalAveragePool2d(x)),
        };
      },
      3,
    ));
});

describe("losses", () => {
  const rows = fc.tuple(size(4), size(7, 2), fc.boolean(), seedOf);
  const oneHot = (n: number, classes: number) =>
    Float32Array.from({ length: n * classes }, (_, i) =>
      i % classes === Math.floor(i / classes) % classes ? 1 : 0,
    );

  it("softmax and cross-entropy of probabilities, of one-hot rows and of labels", () =>
    checked(rows, ([n, classes, labels, seed], on) => {
      const x = tensor(on, [n, classes], seed, -2, 2);
      const weights = tensor(on, [n], seed + 1, 0.5, 2);
      const hot = on.tensor(oneHot(n, classes), [n, classes]);
      const numbersOf = on.tensor(
        Uint32Array.from({ length: n }, (_, i) => i % classes),
        [n],
        "u32",
      );
      const p = () => kernels.softmax(x);
      return {
        sources: [x],
        op: () =>
          labels
            ? kernels.sparseCategoricalCrossentropy(p(), numbersOf)
            : kernels.categoricalCrossentropy(p(), hot, { weights }),
      };
    }));

  it("cross-entropy of logits, of one-hot rows and of labels", () =>
    checked(rows, ([n, classes, , seed], on) => {
      const x = tensor(on, [n, classes], seed, -2, 2);
      const labels = on.tensor(
        Uint32Array.from({ length: n }, (_, i) => i % classes),
        [n],
        "u32",
      );
      const hot = on.tensor(oneHot(n, classes), [n, classes]);
      const op = () =>
        kernels.add(kernels.softmaxCrossEntropy(x, hot), kernels.softmaxCrossEntropy(x, labels));
      return { sources: [x], op };
    }));

  it("log-softmax", () =>
    checked(rows, ([n, classes, , seed], on) => {
      const x = tensor(on, [n, classes], seed, -2, 2);
      return { sources: [x], op: () => kernels.logSoftmax(x) };
    }));

  it("cross-entropy of more samples than one workgroup adds up, and of long rows", () =>
    checked(
      fc.tuple(fc.constantFrom([70, 3], [2, 90]), seedOf),
      ([[n, classes], seed], on) => {
        const x = tensor(on, [n!, classes!], seed, -2, 2);
        const hot = on.tensor(oneHot(n!, classes!), [n!, classes!]);
        return { sources: [x], op: () => kernels.categoricalCrossentropy(kernels.softmax(x), hot) };
      },
      2,
    ));

  it("losses that compare element by element", () => {
    const losses = [
      kernels.meanSquaredError,
      kernels.meanAbsoluteError,
      kernels.binaryCrossentropy,
      kernels.huber,
      kernels.logCosh,
      kernels.klDivergence,
    ];
    return checked(
      fc.tuple(fc.constantFrom(...losses), size(3), size(70), fc.boolean(), seedOf),
      ([loss, n, c, weighted, seed], on) => {
        const x = tensor(on, [n, c], seed, 0.1, 0.9);
        const t = tensor(on, [n, c], seed + 1, 0.1, 0.9);
        const options = weighted ? { weights: tensor(on, [n], seed + 2, 0.5, 2) } : {};
        return { sources: [x], op: () => loss(x, t, options) };
      },
      14,
    );
  });
});

describe("normalisation and random layers", () => {
  it("batch normalisation, in training and in inference", () =>
    checked(
      fc.tuple(size(30, 2), size(7), fc.boolean(), seedOf),
      ([n, channels, training, seed], on) => {
        const x = tensor(on, [n, channels], seed, -1, 3);
        const vector = (at: number, low: number, high: number) =>
          tensor(on, [channels], seed + at, low, high);
        const [gamma, beta] = [vector(1, 0.5, 1.5), vector(2, -1, 1)];
        const state = { gamma, beta, movingMean: vector(3, -1, 1), movingVariance: vector(4, 0.5, 2) };
        return { sources: [x, gamma, beta], op: () => kernels.batchNorm(x, state, { training }) };
      },
      10,
    ));

  it("dropout and noise", () =>
    checked(
      fc.tuple(size(3), size(9), fc.boolean(), seedOf),
      ([n, c, noise, seed], on) => {
        const x = tensor(on, [n, c], seed);
        const op = () =>
          noise
            ? kernels.gaussianNoise(x, { stddev: 0.3, stream: 2 })
            : kernels.dropout(x, { rate: 0.4, stream: 1 });
        return { sources: [x], op };
      },
      8,
    ));
});

describe("what moves numbers", () => {
  const shapes = fc.tuple(size(3), size(4), size(4), fc.constantFrom(1, 3, 4), seedOf);

  it("concatenation, padding, cropping, upsampling and transposing", () =>
    checked(
      fc.tuple(size(5, 0), shapes),
      ([kind, [n, h, w, c, seed]], on) => {
        const x = tensor(on, [n, h + 2, w + 2, c], seed);
        const other = tensor(on, [n, h + 2, w + 2, 4], seed + 1);
        const ops = [
          () => kernels.concat([x, other], -1),
          () =>
            kernels.zeroPadding2d(x, [
              [1, 2],
              [0, 1],
            ]),
          () =>
            kernels.cropping2d(x, [
              [1, 0],
              [0, 1],
            ]),
          () => kernels.upsample2d(x, { size: [2, 3] }),
          () => kernels.transpose(x, [0, 3, 1, 2]),
          () =>
            kernels.pad(
              x,
              [
                [0, 0],
                [1, 0],
                [0, 2],
                [0, 0],
              ],
              0.5,
            ),
        ];
        return {
          sources: [x, other],
          op: kind === 0 ? ops[0]! : () => kernels.add(ops[kind]!(), kernels.scale(kernels.sum(other), 0)),
        };
      },
      18,
    ));

  it("copies and clears", async () => {
    const [a, b] = [tensor(engine(), [6], 1), tensor(engine(), [6], 2)];
    const both = () => {
      engine().copy(a, b);
      engine().clear(a);
    };
    const { record } = LaunchRecord.take(engine(), both);
    await checkLaunches(record, seen);
    expect(record.launches.map(({ what }) => what)).toEqual(["copy", "clear"]);
    record.dispose();
  });
});

afterAll(() => {
  const all = kernelRules.map(({ kernel }) => kernel).filter((kernel) => !kernel.startsWith("optimizers/"));
  const untested = all.filter((kernel) => !seen.has(kernel));
  expect(untested, "rules that no test has run").toEqual([]);
});
