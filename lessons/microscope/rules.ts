/** @file All rules, by the kernel's id. */
import { KernelError } from "../../engine/errors.ts";
import type { KernelRule } from "./rule.ts";
import { batchNormRules } from "./rules/batch-norm.ts";
import { momentRules } from "./rules/batch-norm-moments.ts";
import { categoricalRules } from "./rules/categorical.ts";
import { convolutionRules } from "./rules/conv2d.ts";
import { copyRules } from "./rules/copies.ts";
import { dropoutRules } from "./rules/dropout.ts";
import { elementwiseRules } from "./rules/elementwise.ts";
import { matmulRule } from "./rules/matmul.ts";
import { optimizerRules } from "./rules/optimizers.ts";
import { pointwiseRules } from "./rules/pointwise.ts";
import { poolingRules } from "./rules/pool2d.ts";
import { reduceRules } from "./rules/reduce.ts";
import { softmaxRules } from "./rules/softmax.ts";

/** Every kernel that the microscope can explain. */
export const kernelRules: readonly KernelRule[] = [
  ...convolutionRules,
  matmulRule,
  ...elementwiseRules,
  ...reduceRules,
  ...poolingRules,
  ...softmaxRules,
  ...categoricalRules,
  ...pointwiseRules,
  ...batchNormRules,
  ...momentRules,
  ...dropoutRules,
  ...copyRules,
  ...optimizerRules,
];

const byKernel = new Map(kernelRules.map((rule) => [rule.kernel, rule]));

/** The rule of a kernel; undefined if there is none. */
export function ruleOf(kernel: string): KernelRule | undefined {
  return byKernel.get(kernel);
}

/** Throws KernelError for a kernel without one. */
export function requireRule(kernel: string): KernelRule {
  const rule = ruleOf(kernel);
  if (rule) return rule;
  throw new KernelError(`microscope: it cannot say yet how ${kernel} computes its numbers.`);
}
