/** @file What `npm run bench:paper` compiles: training steps, and single products and convolutions beside its peers'. */

/** One training step of a workload (bench/workloads.ts). */
export interface StepJob {
  readonly suite: "steps";
  readonly workload: string;
  readonly batch: number;
  readonly precision: "float32" | "mixed";
}

/** One product or pass of a convolution, in the variant that is chosen. */
export interface ProblemJob {
  readonly suite: "problems";
  readonly problem: string;
}

export type Job = StepJob | ProblemJob;

export function nameOf(job: Job): string {
  if (job.suite === "problems") return job.problem;
  return `${job.workload}:${job.batch}${job.precision === "mixed" ? " mixed" : ""}`;
}

/** Single precision first, then the rows in mixed precision. */
const steps: StepJob[] = [
  ...(
    [
      ["svhn-c", 1280],
      ["svhn-c", 32],
      ["cifar10-e", 32],
      ["cifar10-e", 128],
      ["cifar100-cnn", 32],
      ["cifar25-bn", 32],
      ["mlp", 25],
      ["mlp", 100],
      ["deep-ae", 25],
      ["conv-ae", 25],
      ["ae32", 25],
    ] as const
  ).map(([workload, batch]) => ({ suite: "steps", workload, batch, precision: "float32" }) as const),
  { suite: "steps", workload: "svhn-c", batch: 1280, precision: "mixed" },
  { suite: "steps", workload: "cifar10-e", batch: 128, precision: "mixed" },
];

/** y[m, n] = A B with k terms each. */
export interface ProductSizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** of f16, with the matrix units that are behind WGRAD_EXPERIMENTAL */
  readonly half?: boolean;
}

export const products: Readonly<Record<string, ProductSizes>> = {
  "matmul 1024": { m: 1024, n: 1024, k: 1024 },
  "matmul 4096": { m: 4096, n: 4096, k: 4096 },
  "matmul 4096, f16, matrix units": { m: 4096, n: 4096, k: 4096, half: true },
  "dense 25x784x1000": { m: 25, n: 1000, k: 784 },
  "dense 25x1000x1000": { m: 25, n: 1000, k: 1000 },
  "dense 25x1000x1000 dx": { m: 25, n: 1000, k: 1000, transposeB: true },
  "dense 25x1000x1000 dW": { m: 1000, n: 1000, k: 25, transposeA: true },
  "dense 25x1000x10": { m: 25, n: 10, k: 1000 },
};

/** Square images and windows, stride 1, padding "same". */
export interface ConvolutionSizes {
  readonly pass: "forward" | "input-gradient" | "filter-gradient";
  readonly batch: number;
  readonly side: number;
  readonly channels: number;
  readonly filters: number;
  readonly window: number;
}

const layers: Readonly<Record<string, Omit<ConvolutionSizes, "pass">>> = {
  "conv 3x3 64>64 32x32 batch 32": { batch: 32, side: 32, channels: 64, filters: 64, window: 3 },
  "conv 7x7 16>512 16x16 batch 32": { batch: 32, side: 16, channels: 16, filters: 512, window: 7 },
  "conv 3x3 16>8 14x14 batch 25": { batch: 25, side: 14, channels: 16, filters: 8, window: 3 },
  "conv 3x3 3>64 32x32 batch 32": { batch: 32, side: 32, channels: 3, filters: 64, window: 3 },
};

/** The passes of a layer, by the ending of their names. */
const passes = { "": "forward", " dx": "input-gradient", " dW": "filter-gradient" } as const;

export const convolutions: Readonly<Record<string, ConvolutionSizes>> = Object.fromEntries(
  Object.entries(layers).flatMap(([layer, sizes]) =>
    Object.entries(passes)
      .map(([ending, pass]) => [`${layer}${ending}`, { pass, ...sizes }] as const)
      // the gradient of an image's colours is no part of any step
      .filter(([, { pass, channels }]) => pass !== "input-gradient" || channels > 3),
  ),
);

const problems = [...Object.keys(products), ...Object.keys(convolutions)];

export const jobs: readonly Job[] = [
  ...steps,
  ...problems.map((problem) => ({ suite: "problems", problem }) as const),
];

/**
 * The peers' microseconds for the same problems by the same tool and model: TensorFlow.js 4.22 on WebGPU, jax-js 0.1.25 with
 * `jit`. None of both has products of f16 on matrix units.
 */
export const peers: Readonly<Record<string, { readonly tensorflow: number; readonly jax: number }>> = {
  "matmul 1024": { tensorflow: 108, jax: 79 },
  "matmul 4096": { tensorflow: 5780, jax: 4610 },
  "dense 25x784x1000": { tensorflow: 42, jax: 46 },
  "dense 25x1000x1000": { tensorflow: 54, jax: 59 },
  "dense 25x1000x1000 dx": { tensorflow: 126, jax: 23 },
  "dense 25x1000x1000 dW": { tensorflow: 5.7, jax: 4.4 },
  "dense 25x1000x10": { tensorflow: 23, jax: 38 },
  "conv 3x3 64>64 32x32 batch 32": { tensorflow: 226, jax: 210 },
  "conv 3x3 64>64 32x32 batch 32 dx": { tensorflow: 351, jax: 223 },
  "conv 3x3 64>64 32x32 batch 32 dW": { tensorflow: 13700, jax: 930 },
  "conv 7x7 16>512 16x16 batch 32": { tensorflow: 862, jax: 624 },
  "conv 7x7 16>512 16x16 batch 32 dx": { tensorflow: 3320, jax: 2660 },
  "conv 7x7 16>512 16x16 batch 32 dW": { tensorflow: 10800, jax: 1060 },
  "conv 3x3 16>8 14x14 batch 25": { tensorflow: 22, jax: 20 },
  "conv 3x3 16>8 14x14 batch 25 dx": { tensorflow: 16.9, jax: 10.7 },
  "conv 3x3 16>8 14x14 batch 25 dW": { tensorflow: 2080, jax: 260 },
  "conv 3x3 3>64 32x32 batch 32": { tensorflow: 39, jax: 9.2 },
  "conv 3x3 3>64 32x32 batch 32 dW": { tensorflow: 13700, jax: 157 },
};
