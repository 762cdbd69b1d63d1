/** @file Single kernels: matrix products and the passes of convolutions, in every variant that the adapter can run. */
import type { Engine } from "../engine/device.ts";
import { pcg4d } from "../engine/random.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { filterGradient, forward, inputGradient } from "../kernels/conv2d/passes.ts";
import { type Convolution, convolutionFlops } from "../kernels/conv2d/problem.ts";
import { type MatmulProblem, multiply } from "../kernels/dense/product.ts";
import type { Ceilings } from "../kernels/tuning/ceilings/ceilings.ts";
import {
  type ConvolutionPass,
  chooseConvolution,
  naiveConvolution,
} from "../kernels/tuning/choose-convolution.ts";
import { chooseMatmul, naiveMatmul } from "../kernels/tuning/choose-matmul.ts";
import { resolveWindow } from "../kernels/window.ts";
import { measure } from "./measure.ts";
import type { Row } from "./row.ts";

/** A kernel to time: it runs once per call and returns what it wrote. */
interface Subject {
  readonly variant: string;
  readonly run: () => Tensor;
}

interface KernelWorkload {
  readonly batch: number;
  readonly flops: number;
  readonly bytes: number;
  /** the first is the naive one: the others must agree with it before they are timed */
  readonly subjects: (engine: Engine) => { readonly list: readonly Subject[]; readonly free: () => void };
}

const conv1 = convolution(32, [32, 32, 3], 16, 5);
const conv2 = convolution(32, [16, 16, 16], 512, 7);

export const kernelWorkloads: Readonly<Record<string, KernelWorkload>> = {
  mm512: product(512),
  mm1024: product(1024),
  mm2048: product(2048),
  "svhn-c conv1 forward": pass("forward", conv1),
  "svhn-c conv1 filters": pass("filter-gradient", conv1),
  "svhn-c conv2 forward": pass("forward", conv2),
  "svhn-c conv2 input": pass("input-gradient", conv2),
  "svhn-c conv2 filters": pass("filter-gradient", conv2),
};

/** Times every variant of one workload. A variant that disagrees with the naive one is an error, not a row. */
export async function timeKernel(
  engine: Engine,
  name: string,
  seconds: number,
  ceilings: Ceilings,
): Promise<Row[]> {
  const workload = kernelWorkloads[name]!;
  const { list, free } = workload.subjects(engine);
  const rows: Row[] = [];
  const [naive, ...others] = list;
  const expected = await resultOf(engine, naive!);
  for (const subject of others) compare(name, subject.variant, await resultOf(engine, subject), expected);
  for (const { variant, run } of list) {
    const { ms, runs } = await measure(
      `${name} ${variant}`,
      async () => {
        engine.scope(() => void run());
        await engine.sync();
      },
      seconds,
    );
    const gflops = workload.flops / (ms.median * 1e6);
    rows.push({
      suite: "kernels",
      workload: name,
      batch: workload.batch,
      variant,
      ms,
      runs,
      gflops,
      gbytes_per_s: workload.bytes / (ms.median * 1e6),
      ceiling_fraction: gflops / ceilings.f32GigaFlops,
      dispatches: 1,
    });
  }
  free();
  return rows;
}

async function resultOf(engine: Engine, { run }: Subject): Promise<Float32Array> {
  const y = engine.keep(engine.scope(run));
  const values = (await y.data()) as Float32Array;
  y.dispose();
  return values;
}

function compare(name: string, variant: string, actual: Float32Array, expected: Float32Array): void {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  if (!(worst <= 1e-4 * scale))
    throw new Error(`${name}: ${variant} differs from naive by ${worst} of ${scale}.`);
}

function product(size: number): KernelWorkload {
  const problem: MatmulProblem = {
    m: size,
    n: size,
    k: size,
    transposeA: false,
    transposeB: false,
    batch: 1,
    batchStrideA: 0,
    batchStrideB: 0,
  };
  return {
    batch: 1,
    flops: 2 * size ** 3,
    bytes: 3 * 4 * size ** 2,
    subjects: (engine) => {
      const [a, b] = [random(engine, [size, size], 1), random(engine, [size, size], 2)];
      const chosen = chooseMatmul(problem, engine.adapter);
      const subject = (variant: typeof chosen): Subject => ({
        variant: variant.name,
        run: () => multiply(problem, { a, b, output: [size, size], variant }),
      });
      return { list: [naiveMatmul, chosen].map(subject), free: () => dispose(a, b) };
    },
  };
}

function pass(kind: ConvolutionPass, problem: Convolution): KernelWorkload {
  const { batch, height, width, channels, filters, windowHeight, windowWidth, outHeight, outWidth } = problem;
  const shapes = {
    image: [batch, height, width, channels],
    filters: [windowHeight, windowWidth, channels, filters],
    y: [batch, outHeight, outWidth, filters],
  };
  return {
    batch,
    flops: convolutionFlops(problem),
    bytes: 4 * (sizeOf(shapes.image) + sizeOf(shapes.filters) + sizeOf(shapes.y)),
    subjects: (engine) => {
      const image = random(engine, shapes.image, 1);
      const weights = random(engine, shapes.filters, 2);
      const dy = random(engine, shapes.y, 3);
      const chosen = chooseConvolution(kind, problem, engine.adapter);
      const subject = (variant: typeof chosen): Subject => ({
        variant: variant.name,
        run: () => {
          if (kind === "forward")
            return forward(problem, { image, filters: weights, bias: undefined }, "linear", variant);
          if (kind === "input-gradient") return inputGradient(problem, dy, weights, shapes.image, variant);
          return filterGradient(problem, image, dy, shapes.filters, variant);
        },
      });
      return {
        list: [naiveConvolution(kind, problem), chosen].map(subject),
        free: () => dispose(image, weights, dy),
      };
    },
  };
}

function convolution(batch: number, image: Shape, filters: number, size: number): Convolution {
  const window = resolveWindow("bench", [batch, ...image], { window: size, strides: 1, padding: "same" });
  return { ...window, batch, channels: image[2]!, filters, groups: 1 };
}

function random(engine: Engine, shape: Shape, stream: number): Tensor {
  const values = Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => pcg4d(i, stream, 0, 1)[0] / 2 ** 31 - 1,
  );
  return engine.keep(engine.tensor(values, shape));
}

function dispose(...tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
