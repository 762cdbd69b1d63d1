/** @file WebGPU takes 65,535 workgroups along an axis; work that needs more is spread over two axes, and every kernel counts them. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { batchNorm } from "../../kernels/batch-norm/index.ts";
import { conv2d } from "../../kernels/conv2d/conv2d.ts";
import { naiveMatmul, registersMatmul, splitKMatmul, subgroupMatmul } from "../../kernels/dense/choose.ts";
import { matmul } from "../../kernels/dense/matmul.ts";
import type { MatmulProblem } from "../../kernels/dense/problem.ts";
import { multiply } from "../../kernels/dense/product.ts";
import { mul } from "../../kernels/elementwise/index.ts";
import { layerNorm } from "../../kernels/layer-norm/index.ts";
import { binaryCrossentropy, softmaxCrossEntropy } from "../../kernels/losses/index.ts";
import { squaredError } from "../../kernels/metrics/index.ts";
import { globalAveragePool2d, maxPool2d } from "../../kernels/pool2d/index.ts";
import { argMax, mean, sum, variance } from "../../kernels/reduce/index.ts";
import { concat, transpose } from "../../kernels/shape/index.ts";
import { softmax } from "../../kernels/softmax/index.ts";
import { useEngine } from "../support/engine.ts";
import { randomArray } from "../support/random.ts";
import { inTwoRows } from "../support/two-rows.ts";

const beyond = 65_537;

describe("more than 65,535 workgroups", () => {
  const engine = useEngine();
  const before = process.env.WGRAD_KERNELS;
  beforeEach(() => {
    delete process.env.WGRAD_KERNELS;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.WGRAD_KERNELS;
    else process.env.WGRAD_KERNELS = before;
  });
  const random = (...shape: number[]) => engine().tensor(randomArray(shape, shape.length).data, shape);

  it("normalise as many channels, and give their gradients", async () => {
    const values = Float32Array.from({ length: 2 * beyond }, (_, i) => i % beyond);
    values[beyond] = 8; // the second row of channel 0
    values[2 * beyond - 1] = beyond + 8; // and of the last
    const x = engine().tensor(values, [2, beyond]);
    const ones = engine().tensor(new Float32Array(beyond).fill(1));
    const state = {
      gamma: ones,
      beta: engine().zeros([beyond]),
      movingMean: engine().zeros([beyond]),
      movingVariance: engine().zeros([beyond]),
    };
    const options = { training: true, momentum: 0, epsilon: 0.01, movingVarianceRule: "biased" } as const;
    const factor = engine().tensor(
      Float32Array.from({ length: 2 * beyond }, (_, i) => (i < beyond ? 1 : 3)),
      [2, beyond],
    );
    let y: Tensor | undefined;
    const loss = () => {
      y = engine().keep(batchNorm(x, state, options));
      return sum(mul(y, factor));
    };
    const [dbeta] = gradients(engine(), loss, [state.beta]).gradients;
    const normalised = await y!.data();
    y!.dispose();
    const ends = [normalised[0]!, normalised[beyond]!, normalised[2 * beyond - 1]!];
    for (const [i, z] of [-4, 4, 4.5].entries()) {
      expect(ends[i]).toBeCloseTo(z / Math.sqrt((i < 2 ? 16 : 20.25) + 0.01), 5);
    }
    expect([...(await dbeta!.data())].every((value) => value === 4)).toBe(true);
    const means = await state.movingMean.data();
    expect([means[0], means[1], means[beyond - 1]]).toEqual([4, 1, beyond + 3.5]);
    const variances = await state.movingVariance.data();
    expect([variances[0], variances[1], variances[beyond - 1]]).toEqual([16, 0, 20.25]);
  });

  it("multiply as many matrices", async () => {
    const a = engine().tensor(
      Float32Array.from({ length: 4 * beyond }, (_, i) => (i % 4 === 0 ? Math.floor(i / 4) : i % 4)),
      [beyond, 2, 2],
    );
    const b = engine().tensor([1, 2, 3, 4], [2, 2]);
    const y = await matmul(a, b).data();
    for (const i of [0, 1, beyond - 2, beyond - 1]) {
      // [i, 1; 2, 3] times [1, 2; 3, 4]
      expect([...y.subarray(4 * i, 4 * i + 4)]).toEqual([i + 3, 2 * i + 4, 11, 16]);
    }
  });

  const tall: MatmulProblem = {
    m: 4 * 64 * beyond,
    n: 1,
    k: 1,
    transposeA: false,
    transposeB: false,
    batch: 1,
    batchStrideA: 0,
    batchStrideB: 0,
  };
  it.for([
    { name: "naive", variant: () => naiveMatmul },
    { name: "registers", variant: () => registersMatmul(tall, 8) },
    { name: "split-k", variant: () => splitKMatmul(tall) },
    { name: "subgroup-any", variant: () => subgroupMatmul(tall, 8, 32) },
  ])("multiply as many rows in a dry run: $name", ({ variant }) => {
    const products = [
      { problem: tall, a: [tall.m, 1], b: [1, 1], y: [tall.m, 1] },
      { problem: { ...tall, m: 1, n: tall.m }, a: [1, 1], b: [1, tall.m], y: [1, tall.m] },
    ];
    for (const { problem, a, b, y } of products) {
      const plan = engine().plan(() =>
        multiply(problem, {
          a: engine().zeros(a),
          b: engine().zeros(b),
          output: y,
          variant: variant(),
        }),
      );
      expect(plan.flops).toBe(2 * tall.m);
    }
  });

  it("multiply as many rows", async () => {
    const rows = 32 * beyond + 1; // tiles have at most 32 rows
    const x = engine().tensor(
      Float32Array.from({ length: rows }, (_, i) => i % 8192),
      [rows, 1],
    );
    const y = await matmul(x, engine().tensor([3], [1, 1])).data();
    for (const i of [0, 1, 8 * beyond, rows - 2, rows - 1]) expect(y[i]).toBe(3 * (i % 8192));
  });

  it.for(["naive", "fast"])("convolve as many images in a dry run, with gradients: %s kernels", (mode) => {
    if (mode === "naive") process.env.WGRAD_KERNELS = "naive";
    for (const [images, size, channels, groups] of [
      [beyond, 2, 2, 1],
      [beyond, 2, 4, 2],
      [beyond, 2, 4, 4],
      [1, 2050, 4, 2], // 4.2 million pixels
    ] as const) {
      const plan = engine().plan(() => {
        const image = engine().zeros([images, size, size, channels]);
        const filters = engine().zeros([1, 1, channels / groups, 4]);
        gradients(engine(), () => sum(conv2d(image, filters, { groups })), [image, filters]);
      });
      expect(plan.flops).toBeGreaterThan(0);
    }
  });

  it("convolve as many images, in groups", async () => {
    const image = engine().tensor(
      Float32Array.from({ length: 4 * beyond }, (_, i) => i % 1000),
      [beyond, 1, 1, 4],
    );
    const filters = engine().tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 4]);
    const y = await conv2d(image, filters, { groups: 2 }).data();
    for (const n of [0, 1, beyond - 2, beyond - 1]) {
      const [a, b, c, d] = [0, 1, 2, 3].map((i) => (4 * n + i) % 1000) as [number, number, number, number];
      expect([...y.subarray(4 * n, 4 * n + 4)]).toEqual([
        a + 5 * b,
        2 * a + 6 * b,
        3 * c + 7 * d,
        4 * c + 8 * d,
      ]);
    }
  });

  const rows = () => random(300, 12);
  const images = () => random(5, 9, 7, 6);
  const labels = () =>
    engine().tensor(
      Uint32Array.from({ length: 300 }, (_, i) => i % 12),
      [300],
      "u32",
    );
  const channels = (size: number) => ({
    gamma: random(size),
    beta: random(size),
    movingMean: random(size),
    movingVariance: random(size),
  });
  it.for<[string, () => readonly Tensor[]]>([
    [
      "batch normalisation",
      () => {
        const [x, state] = [images(), channels(6)];
        const loss = () => mean(batchNorm(x, state, { training: true }));
        return [state.movingMean, ...gradients(engine(), loss, [x, state.gamma]).gradients];
      },
    ],
    [
      "layer normalisation",
      () => {
        const [x, gamma, beta] = [rows(), random(12), random(12)];
        return gradients(engine(), () => mean(layerNorm(x, gamma, beta)), [x, gamma, beta]).gradients;
      },
    ],
    [
      "pooling",
      () => {
        const x = images();
        return gradients(engine(), () => mean(maxPool2d(x, { poolSize: 2 })), [x]).gradients;
      },
    ],
    ["the mean of images", () => [globalAveragePool2d(random(40, 3, 3, 33))]],
    [
      "losses",
      () => [softmaxCrossEntropy(rows(), labels()), binaryCrossentropy(softmax(rows()), softmax(rows()))],
    ],
    ["softmax over another axis", () => [softmax(rows(), 0)]],
    ["metrics and positions", () => [squaredError(rows(), random(300, 12)), argMax(rows())]],
    ["reductions", () => [variance(rows(), { axes: 0 }), sum(random(70, 3000), { axes: 1 })]],
    ["moving elements", () => [transpose(rows()), concat([rows(), rows()], 1)]],
  ])("are counted alike by %s", async ([, op]) => {
    const values = async () => {
      const results = op();
      const all = [];
      for (const tensor of results) all.push(await tensor.data());
      return all;
    };
    expect(await inTwoRows(engine(), values)).toEqual(await values());
  });
});
