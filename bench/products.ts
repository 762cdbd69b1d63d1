/** @file Kernels bound by arithmetic: matrix products and the passes of convolutions, naive and in the chosen variant. */
import type { Engine } from "../engine/device.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { type ConvolutionPass, chooseConvolution, naiveConvolution } from "../kernels/conv2d/choose.ts";
import { type Convolution, convolutionFlops } from "../kernels/conv2d/problem.ts";
import { chooseMatmul, naiveMatmul } from "../kernels/dense/choose.ts";
import type { MatmulProblem } from "../kernels/dense/problem.ts";
import { multiply } from "../kernels/dense/product.ts";
import { resolveWindow } from "../kernels/window.ts";
import { convolutionPass, convolutionShapes } from "./convolution-pass.ts";
import { dispose, randomTensor } from "./random-tensor.ts";

/** A kernel to time: it runs once per call and returns what it wrote. */
export interface Subject {
  readonly variant: string;
  readonly run: () => Tensor;
}

export interface ProductWorkload {
  readonly batch: number;
  readonly flops: number;
  readonly bytes: number;
  /** the first is the naive one: the others must agree with it before they are timed */
  readonly subjects: (engine: Engine) => { readonly list: readonly Subject[]; readonly free: () => void };
}

const conv1 = convolution(32, [32, 32, 3], 16, 5);
const conv2 = convolution(32, [16, 16, 16], 512, 7);

export const productWorkloads: Readonly<Record<string, ProductWorkload>> = {
  mm512: product(512),
  mm1024: product(1024),
  mm2048: product(2048),
  "svhn-c conv1 forward": pass("forward", conv1),
  "svhn-c conv1 filters": pass("filter-gradient", conv1),
  "svhn-c conv2 forward": pass("forward", conv2),
  "svhn-c conv2 input": pass("input-gradient", conv2),
  "svhn-c conv2 filters": pass("filter-gradient", conv2),
};

function product(size: number): ProductWorkload {
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
      const [a, b] = [
        randomTensor(engine, [size, size], 1).tensor,
        randomTensor(engine, [size, size], 2).tensor,
      ];
      const chosen = chooseMatmul(problem, engine.adapter);
      const subject = (variant: typeof chosen): Subject => ({
        variant: variant.name,
        run: () => multiply(problem, { a, b, output: [size, size], variant }),
      });
      return { list: [naiveMatmul, chosen].map(subject), free: () => dispose([a, b]) };
    },
  };
}

function pass(kind: ConvolutionPass, problem: Convolution): ProductWorkload {
  const { image, filters, y } = convolutionShapes(problem);
  return {
    batch: problem.batch,
    flops: convolutionFlops(problem),
    bytes: 4 * (sizeOf(image) + sizeOf(filters) + sizeOf(y)),
    subjects: (engine) => {
      const { run, free } = convolutionPass(engine, kind, problem);
      const variants = [naiveConvolution(kind, problem), chooseConvolution(kind, problem, engine.adapter)];
      const list = variants.map((variant) => ({ variant: variant.name, run: () => run(variant) }));
      return { list, free };
    },
  };
}

function convolution(batch: number, image: Shape, filters: number, size: number): Convolution {
  const window = resolveWindow("bench", [batch, ...image], { window: size, strides: 1, padding: "same" });
  return { ...window, batch, channels: image[2]!, filters, groups: 1 };
}
