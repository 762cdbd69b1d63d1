/**
 * @file Sums of many values are as exact as float32 allows. Adding 0.1 again and again rounds the same way each time, so that a sum
 * of n such values, one after the other, is off by about n / 8 roundings; runs of values keep it below those allowed here.
 */
import { describe, expect, it } from "vitest";
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { centreSamples, standardizeSamples } from "../../kernels/augment/index.ts";
import { batchNorm } from "../../kernels/batch-norm/index.ts";
import {
  chooseConvolution,
  directConvolution,
  registersFilterGradient,
  subgroupConvolution,
} from "../../kernels/conv2d/choose.ts";
import { filterGradient } from "../../kernels/conv2d/passes.ts";
import { tiledConvolution } from "../../kernels/conv2d/tiles.ts";
import type { ConvolutionVariant } from "../../kernels/conv2d/variant.ts";
import { dense } from "../../kernels/dense/dense.ts";
import { mul } from "../../kernels/elementwise/index.ts";
import { layerNorm } from "../../kernels/layer-norm/index.ts";
import { l1l2Penalty, meanSquaredError } from "../../kernels/losses/index.ts";
import { logRow, squaredError } from "../../kernels/metrics/index.ts";
import { logStep } from "../../kernels/metrics/log-step.ts";
import { clipGradients } from "../../kernels/optimizers/clip.ts";
import { occupiedElements } from "../../kernels/optimizers/index.ts";
import { globalAveragePool2d } from "../../kernels/pool2d/index.ts";
import { columnSum, mean, sum, variance } from "../../kernels/reduce/index.ts";
import { convolution } from "../../lessons/properties/convolution.ts";
import { useEngine } from "../support/engine.ts";
import { asGpu } from "./as-gpu.ts";

const tenth = Math.fround(0.1);
const rounding = 2 ** -24; // of a float32 number to the nearest, relative

const filled = (engine: Engine, shape: readonly number[], value = tenth) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return engine.tensor(new Float32Array(size).fill(value), shape);
};

async function expectWithin(roundings: number, actual: Tensor, expected: number, what: string) {
  const values = (await actual.data()) as Float32Array;
  const worst = values.reduce((most, value) => Math.max(most, Math.abs(value / expected - 1) / rounding), 0);
  expect(worst, `${what}: roundings that ${values[0]} is off ${expected}`).toBeLessThan(roundings);
}

describe("a long sum", () => {
  const engine = useEngine();

  const reductions = async () => {
    const n = 50_000;
    await expectWithin(16, sum(filled(engine(), [2, n]), { axes: 1 }), n * tenth, "sum of rows");
    await expectWithin(16, mean(filled(engine(), [n, 3]), { axes: 0 }), tenth, "mean of columns");
    await expectWithin(16, columnSum(filled(engine(), [n, 4])), n * tenth, "columnSum");
    const penalty = l1l2Penalty(filled(engine(), [n]), { l2: 1 });
    await expectWithin(16, penalty, n * tenth ** 2, "penalty");
  };
  it("of rows and columns is exact to a few roundings", reductions);
  it("is so with the launch sizes of a GPU", () => asGpu(engine(), reductions));

  it("is exact to a few roundings in losses, metrics and the log", async () => {
    const zeros = (...shape: number[]) => engine().zeros(shape);
    const shape = [2, 40_000];
    const many = filled(engine(), shape);
    await expectWithin(16, meanSquaredError(many, zeros(...shape)), tenth ** 2, "loss of long samples");
    await expectWithin(16, squaredError(many, zeros(...shape)), tenth ** 2, "metric of long samples");
    const medium = filled(engine(), [2, 2000]);
    await expectWithin(16, meanSquaredError(medium, zeros(2, 2000)), tenth ** 2, "loss");
    const loss = engine().tensor([1], []);
    const log = zeros(1, 3);
    logRow(log, { loss, samples: 80_000, metrics: [many.view([80_000])] });
    const row = async () => engine().tensor((await log.data()).subarray(2), [1]);
    await expectWithin(16, await row(), 80_000 * tenth, "column of the log");
    const predictions = { predictions: medium, targets: zeros(2, 2000) };
    logStep(log, { loss, divisor: 2, samples: 2, ...predictions, metrics: [{ kind: "squaredError" }] });
    await expectWithin(16, await row(), 2 * tenth ** 2, "metric computed with the log");
  });

  it("is exact to a few roundings in the mean of an image", async () => {
    await expectWithin(16, globalAveragePool2d(filled(engine(), [1, 128, 128, 2])), tenth, "vectors of two");
    await expectWithin(16, globalAveragePool2d(filled(engine(), [1, 128, 128, 4])), tenth, "vectors of four");
  });

  it("is exact to a few roundings in the norm that gradients are clipped to", async () => {
    const n = 2 ** 18;
    const flat = filled(engine(), [n]);
    const occupied = occupiedElements(engine(), [n]);
    const group = { parameters: engine().zeros([n]), gradients: flat, occupied, slots: {} };
    clipGradients("sgd", [group], { clipNorm: 1 });
    await expectWithin(16, flat, 1 / Math.sqrt(n), "clipped gradient");
    occupied.dispose();
  });

  it("is exact to a few roundings in the gradient of a dense layer's bias", async () => {
    const rows = 3000;
    const [x, dy] = [filled(engine(), [rows, 4]), filled(engine(), [rows, 8])];
    const [weights, bias] = [engine().zeros([4, 8]), engine().zeros([8])];
    const loss = () => sum(mul(dense(x, weights, { bias }), dy));
    const [dbias] = gradients(engine(), loss, [bias]).gradients;
    await expectWithin(16, dbias!, rows * tenth, "gradient of the bias alone");
    const both = gradients(engine(), loss, [weights, bias]).gradients;
    await expectWithin(16, both[1]!, rows * tenth, "gradient of the bias with that of the kernel");
  });

  const layer = convolution({ image: [3, 64, 64, 4], window: 1, filters: 8 });
  const whole = (variant: ConvolutionVariant): ConvolutionVariant => ({
    ...variant,
    split: 1,
    workgroups: variant.workgroups / variant.split,
  });
  const depthwise = convolution({ image: [3, 64, 64, 4], window: 1, filters: 4, groups: 4 });
  it.for([
    { name: "direct", make: () => directConvolution("filter-gradient", layer), allowed: 60 },
    { name: "tiled", make: () => whole(tiledConvolution("filter-gradient", layer)), allowed: 60 },
    {
      name: "tiled-any",
      make: () => ({ ...whole(tiledConvolution("filter-gradient", layer)), name: "tiled-any" as const }),
      allowed: 60,
    },
    { name: "registers", make: () => whole(registersFilterGradient(layer)), allowed: 60 },
    { name: "depthwise", make: () => undefined, allowed: 60 },
    {
      name: "subgroup",
      make: (lanes: number) => whole(subgroupConvolution("filter-gradient", layer, lanes)),
      allowed: 60,
    },
    {
      name: "subgroup-any",
      make: (lanes: number) => ({
        ...whole(subgroupConvolution("filter-gradient", layer, lanes)),
        name: "subgroup-any" as const,
      }),
      allowed: 60,
    },
  ])("of 12,288 positions is exact to some roundings in the gradient of a convolution's bias: $name", async ({
    name,
    make,
    allowed,
  }, { skip }) => {
    const lanes = engine().adapter.subgroupSize;
    if (name.startsWith("subgroup") && lanes < 4) skip("this adapter has no subgroups of a fixed size");
    const problem = name === "depthwise" ? depthwise : layer;
    const { filters } = problem;
    const variant = make(lanes) ?? whole(chooseConvolution("filter-gradient", problem, engine().adapter));
    const [image, dy] = [filled(engine(), [3, 64, 64, 4]), filled(engine(), [3, 64, 64, filters])];
    const dbias = engine().zeros([filters]);
    const output = engine().zeros([1, 1, name === "depthwise" ? 1 : 4, filters]);
    filterGradient(problem, { image, dy, output, dbias }, variant);
    await expectWithin(allowed, dbias, 3 * 64 * 64 * tenth, name);
  });

  it("is exact to a few roundings in the gradients of normalisations' parameters", async () => {
    const [rows, features] = [100_000, 4]; // several runs for each of the 2,048 invocations of a software adapter
    const [x, dy] = [engine().zeros([rows, features]), filled(engine(), [rows, features])];
    const of = () => engine().zeros([features]);
    const state = { gamma: of(), beta: of(), movingMean: of(), movingVariance: of() };
    const loss = (y: Tensor) => sum(mul(y, dy));
    const batch = () => loss(batchNorm(x, state, { training: true }));
    await expectWithin(24, gradients(engine(), batch, [state.beta]).gradients[0]!, rows * tenth, "batch");
    const layer = () => loss(layerNorm(x, state.gamma, state.beta));
    await expectWithin(24, gradients(engine(), layer, [state.beta]).gradients[0]!, rows * tenth, "layer");
  });

  it("of products is cut into slices where it is long", async () => {
    const rows = 100_000;
    const [x, dy] = [filled(engine(), [rows, 4], 1), filled(engine(), [rows, 8])];
    const weights = engine().zeros([4, 8]);
    const [dweights] = gradients(engine(), () => sum(mul(dense(x, weights), dy)), [weights]).gradients;
    await expectWithin(1200, dweights!, rows * tenth, "gradient of the kernel"); // 12,500 after one another: 2,100
  });
});

describe("a large mean", () => {
  const engine = useEngine();

  /** Values [rows, n] around a mean that float32 cannot hold exactly, and their moments in float64. */
  function around(offset: number, rows: number, n: number) {
    const values = Float32Array.from({ length: rows * n }, (_, i) => offset + ((i * 7919) % 101) / 101);
    const moments = Array.from({ length: rows }, (_, r) => {
      const row = values.subarray(r * n, (r + 1) * n);
      const average = row.reduce((total, value) => total + value, 0) / n;
      const squares = row.reduce((total, value) => total + (value - average) ** 2, 0) / n;
      return { average, variance: squares, spacing: 2 ** (Math.floor(Math.log2(average)) - 23) };
    });
    return { values, moments };
  }

  it("is taken off so that what remains is right: 1e6 +- 1/2", async () => {
    const x = engine().tensor(
      Float32Array.from({ length: 1024 }, (_, i) => 1e6 + (i % 2)),
      [1, 1024],
    );
    expect([...(await mean(x).data())]).toEqual([1_000_000.5]);
    expect([...(await variance(x).data())]).toEqual([0.25]);
    expect([...(await variance(x.view([1024, 1]), { axes: 0 }).data())]).toEqual([0.25]);
    const signs = Array.from({ length: 1024 }, (_, i) => (i % 2 ? 1 : -1));
    const y = await layerNorm(x, filled(engine(), [1024], 1), engine().zeros([1024])).data();
    for (const [i, value] of y.entries()) expect(value).toBeCloseTo(signs[i]! / 2 / Math.sqrt(0.251), 6);
    const images = x.view([1, 32, 32, 1]);
    const standardized = await standardizeSamples(images, 1e-6).data();
    for (const [i, value] of standardized.entries()) expect(value).toBeCloseTo(signs[i]!, 5);
    expect([...(await centreSamples(images).data())]).toEqual(signs.map((sign) => sign / 2));
  });

  const cases = [
    { offset: 6e4, n: 3072 },
    { offset: 1e5, n: 785 },
    { offset: 1e3, n: 20_001 },
  ];
  it.for(cases)("does not spoil variance or standardised samples: $n values near $offset", async ({
    offset,
    n,
  }) => {
    const rows = 3;
    const { values, moments } = around(offset, rows, n);
    const x = engine().tensor(values, [rows, n]);
    const turned = Float32Array.from(values, (_, i) => values[(i % rows) * n + Math.floor(i / rows)]!);
    const expected = moments.map(({ variance }) => variance);
    const alongRows = await variance(x, { axes: 1 }).data();
    const alongColumns = await variance(engine().tensor(turned, [n, rows]), { axes: 0 }).data();
    const standardized = await standardizeSamples(x, 1e-6).data();
    for (const [r, value] of expected.entries()) {
      expect(alongRows[r]! / value).toBeCloseTo(1, 5);
      expect(alongColumns[r]! / value).toBeCloseTo(1, 5);
      const deviation = Math.sqrt(value) + 1e-6;
      const errors = Array.from({ length: n }, (_, i) =>
        Math.abs(standardized[r * n + i]! - (values[r * n + i]! - moments[r]!.average) / deviation),
      );
      expect(Math.max(...errors)).toBeLessThan(1e-5);
    }
  });

  it.for(cases)("costs normalisations the rounding of the mean, no more: $n values near $offset", async ({
    offset,
    n,
  }) => {
    const [rows, epsilon] = [3, 1e-6];
    const { values, moments } = around(offset, rows, n);
    const parameters = (size: number) => ({
      gamma: filled(engine(), [size], 1),
      beta: engine().zeros([size]),
    });
    const { gamma, beta } = parameters(n);
    const byRow = await layerNorm(engine().tensor(values, [rows, n]), gamma, beta, { epsilon }).data();
    const turned = Float32Array.from(values, (_, i) => values[(i % rows) * n + Math.floor(i / rows)]!);
    const state = {
      ...parameters(rows),
      movingMean: engine().zeros([rows]),
      movingVariance: engine().zeros([rows]),
    };
    const options = { training: true, epsilon, momentum: 0, movingVarianceRule: "biased" } as const;
    const byColumn = await batchNorm(engine().tensor(turned, [n, rows]), state, options).data();
    const [movingMean, movingVariance] = [await state.movingMean.data(), await state.movingVariance.data()];
    for (const [r, { average, variance, spacing }] of moments.entries()) {
      const deviation = Math.sqrt(variance + epsilon);
      for (let i = 0; i < n; i++) {
        const z = (values[r * n + i]! - average) / deviation;
        expect(Math.abs(byRow[r * n + i]! - z)).toBeLessThan((0.6 * spacing) / deviation + 1e-5);
        expect(Math.abs(byColumn[i * rows + r]! - z)).toBeLessThan((0.6 * spacing) / deviation + 1e-5);
      }
      expect(Math.abs(movingMean[r]! - average)).toBeLessThan(0.6 * spacing);
      expect(movingVariance[r]! / variance).toBeCloseTo(1, 5);
    }
  });
});
