/** @file All kernels that are held against the float64 reference on random shapes, by family. */
import { conv2dProperties } from "./families/conv2d.ts";
import { denseProperties } from "./families/dense.ts";
import { elementwiseProperties } from "./families/elementwise.ts";
import { lossProperties } from "./families/losses.ts";
import { normalizationProperties } from "./families/normalization.ts";
import { optimizerProperties } from "./families/optimizers.ts";
import { pool2dProperties } from "./families/pool2d.ts";
import { softmaxProperties } from "./families/softmax.ts";
import type { KernelProperty } from "./property.ts";

export const kernelProperties: readonly KernelProperty[] = [
  ...conv2dProperties,
  ...denseProperties,
  ...pool2dProperties,
  ...normalizationProperties,
  ...softmaxProperties,
  ...lossProperties,
  ...optimizerProperties,
  ...elementwiseProperties,
];
