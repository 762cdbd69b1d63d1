/** @file All mutants, and the folders of shaders that must have some. */
import { arithmetic } from "./arithmetic.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { gather } from "./gather.ts";
import { losses } from "./losses.ts";
import { metrics } from "./metrics.ts";
import type { Mutant } from "./mutant.ts";
import { normalization } from "./normalization.ts";
import { gradientCheck, lossScale, optimizers } from "./optimizers.ts";
import { pool2d } from "./pool2d.ts";
import { softmax } from "./softmax.ts";

/** Small errors in shaders, each with the tests that must notice it. */
export const allMutants: readonly Mutant[] = [
  ...conv2d,
  ...dense,
  ...pool2d,
  ...softmax,
  ...losses,
  ...normalization,
  ...dropout,
  ...optimizers,
  ...gradientCheck,
  ...lossScale,
  ...gather,
  ...arithmetic,
  ...metrics,
];

/** Folders below kernels/ all of whose shaders need a mutant: what every training step runs. */
export const hotFolders = [
  "conv2d",
  "conv2d-transpose",
  "dense",
  "pool2d",
  "softmax",
  "losses",
  "batch-norm",
  "layer-norm",
  "dropout",
  "optimizers",
  "gather",
  "shape",
  "reduce",
  "elementwise",
  "metrics",
] as const;
