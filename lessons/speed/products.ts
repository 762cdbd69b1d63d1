/** @file Kernels bound by arithmetic: matrix products and the passes of convolutions, in all their variants. */
import type { AdapterFacts } from "../../engine/adapter.ts";
import type { Engine } from "../../engine/device.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import {
  chooseConvolution,
  directConvolution,
  naiveConvolution,
  registersFilterGradient,
  subgroupConvolution,
  subgroupMatrixConvolution,
} from "../../kernels/conv2d/choose.ts";
import { type Convolution, convolutionFlops } from "../../kernels/conv2d/problem.ts";
import { tiledConvolution } from "../../kernels/conv2d/tiles.ts";
import type { ConvolutionPass, ConvolutionVariant } from "../../kernels/conv2d/variant.ts";
import {
  chooseMatmul,
  type MatmulVariant,
  naiveMatmul,
  registersMatmul,
  splitKMatmul,
  subgroupMatmul,
  subgroupMatrixMatmul,
  tiledMatmul,
} from "../../kernels/dense/choose.ts";
import type { MatmulProblem } from "../../kernels/dense/problem.ts";
import { multiply } from "../../kernels/dense/product.ts";
import { resolveWindow } from "../../kernels/window.ts";
import { passShapes } from "../properties/convolution-pass.ts";
import { dispose, randomTensor } from "./random-tensor.ts";
import { timedPass } from "./timed-pass.ts";

/** A kernel to time: it runs once per call and returns what it wrote. */
export interface Subject {
  readonly variant: string;
  readonly run: () => Tensor;
}

/** A step of the ladder from the naive kernel up, or what an adapter lacks for it. */
export type Rung = Subject | { readonly variant: string; readonly missing: "subgroups" | "subgroup-matrix" };

/** The operands of a workload on the GPU, and what computes with them; free() gives them back. */
export interface OpenWorkload {
  readonly naive: Subject;
  /** what the chooser takes on this adapter */
  readonly chosen: Subject;
  /** from naive to the matrix units */
  readonly rungs: readonly Rung[];
  readonly free: () => void;
}

export interface ProductWorkload {
  readonly batch: number;
  readonly flops: number;
  readonly bytes: number;
  /** the naive kernel is what the others must agree with before they are timed */
  readonly open: (engine: Engine) => OpenWorkload;
}

/** The convolutions of svhn-c: their images and filters. */
const convolutions = {
  conv1: { image: [32, 32, 3], filters: 16, size: 5 },
  conv2: { image: [16, 16, 16], filters: 512, size: 7 },
} as const;
const passes = { forward: "forward", input: "input-gradient", filters: "filter-gradient" } as const;

export type ProductName = `mm${number}` | `svhn-c ${keyof typeof convolutions} ${keyof typeof passes}`;

/** The products that `npm run bench -- kernels` times. */
export const productWorkloads: Readonly<Record<string, ProductWorkload>> = Object.fromEntries(
  (
    [
      ...["mm512", "mm1024", "mm2048"],
      ...["svhn-c conv1 forward", "svhn-c conv1 filters"],
      ...["svhn-c conv2 forward", "svhn-c conv2 input", "svhn-c conv2 filters"],
    ] as ProductName[]
  ).map((name) => [name, productWorkload(name)]),
);

/** A product by its name: "mm512" is a product of two matrices of 512 x 512; those of svhn-c are passes for `batch` images. */
export function productWorkload(name: ProductName, batch = 32): ProductWorkload {
  if (name.startsWith("mm")) return product(Number(name.slice(2)));
  const [, layer, what] = name.split(" ") as [string, keyof typeof convolutions, keyof typeof passes];
  const { image, filters, size } = convolutions[layer];
  return pass(passes[what], convolution(batch, image, filters, size));
}

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
    open: (engine) => {
      const [a, b] = [
        randomTensor(engine, [size, size], 1).tensor,
        randomTensor(engine, [size, size], 2).tensor,
      ];
      const subject = (variant: MatmulVariant): Subject => ({
        variant: variant.name,
        run: () => multiply(problem, { a, b, output: [size, size], variant }),
      });
      return {
        naive: subject(naiveMatmul),
        chosen: subject(chooseMatmul(problem, engine.adapter)),
        rungs: rungs(engine.adapter, subject, {
          variants: [
            naiveMatmul,
            registersMatmul(problem, 8),
            tiledMatmul(problem, engine.adapter),
            splitKMatmul(problem, engine.adapter),
          ],
          subgroup: (lanes) => subgroupMatmul(problem, lanes, 4 * lanes),
          matrix: (sizes) => subgroupMatrixMatmul(problem, engine.adapter, sizes),
        }),
        free: () => dispose([a, b]),
      };
    },
  };
}

function pass(kind: ConvolutionPass, problem: Convolution): ProductWorkload {
  const { image, filters, dy } = passShapes(problem);
  return {
    batch: problem.batch,
    flops: convolutionFlops(problem),
    bytes: 4 * (sizeOf(image) + sizeOf(filters) + sizeOf(dy)),
    open: (engine) => {
      const { run, free } = timedPass(engine, kind, problem);
      const subject = (variant: ConvolutionVariant): Subject => ({
        variant: variant.name,
        run: () => run(variant),
      });
      const inRegisters = kind === "filter-gradient" ? registersFilterGradient(problem) : undefined;
      return {
        naive: subject(naiveConvolution(kind, problem)),
        chosen: subject(chooseConvolution(kind, problem, engine.adapter)),
        rungs: rungs(engine.adapter, subject, {
          variants: [
            naiveConvolution(kind, problem),
            directConvolution(kind, problem),
            ...(inRegisters ? [inRegisters] : []),
            tiledConvolution(kind, problem, engine.adapter),
          ],
          subgroup: (lanes) => subgroupConvolution(kind, problem, lanes),
          matrix: (sizes) => subgroupMatrixConvolution(kind, problem, engine.adapter, sizes),
        }),
        free,
      };
    },
  };
}

/** The variants that run everywhere, then those that need something of the adapter. */
function rungs<Variant>(
  { subgroupSize, subgroupMatrix }: AdapterFacts,
  subject: (variant: Variant) => Subject,
  all: {
    readonly variants: readonly Variant[];
    readonly subgroup: (lanes: number) => Variant;
    readonly matrix: (sizes: NonNullable<AdapterFacts["subgroupMatrix"]>) => Variant;
  },
): Rung[] {
  return [
    ...all.variants.map(subject),
    subgroupSize >= 4 ? subject(all.subgroup(subgroupSize)) : { variant: "subgroup", missing: "subgroups" },
    subgroupMatrix
      ? subject(all.matrix(subgroupMatrix))
      : { variant: "subgroup-matrix", missing: "subgroup-matrix" },
  ];
}

function convolution(batch: number, image: Shape, filters: number, size: number): Convolution {
  const window = resolveWindow("bench", [batch, ...image], { window: size, strides: 1, padding: "same" });
  return { ...window, batch, channels: image[2]!, filters, groups: 1 };
}
