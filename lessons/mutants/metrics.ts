/** @file Mutants of the shaders of metrics and of the log. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const metrics: readonly Mutant[] = [
  ...mutantsOf("metrics", { tests: ["kernels/metrics/metrics"] }, [
    [
      "class-hits",
      "other == score && c < truth",
      "other == score && c > truth",
      "the last of equal scores counts",
    ],
    ["class-hits", "better < K", "better <= K", "one class too many"],
    ["class-hits", " && numbers", "", "NaN is a hit"],
    ["confusion", "truth * CLASSES + prediction", "prediction * CLASSES + truth", "rows and columns swapped"],
    ["element-means", "return abs(p - t)", "return p - t", "errors of different sign cancel"],
    ["element-means", "round(p) == round(t))", "round(p) == t)", "the target is not rounded"],
  ]),
  ...mutantsOf("metrics", { tests: ["kernels/metrics/log"] }, [
    ["log-loss", "+ DIVISOR * loss[0]", "+ loss[0]", "the loss stays divided"],
    ["log-loss", "select(log[row + 1u], 0.0, first)", "log[row + 1u]", "a row does not start from 0"],
    ["log-loss", " && state.halted == 0u", "", "a later step takes the blame"],
    ["log-column", "select(log[place], 0.0, step.sample == 0u)", "0.0", "only the last micro-batch"],
  ]),
  ...mutantsOf("metrics", { tests: ["kernels/metrics/log-step"] }, [
    ["log-step", "select(log[row + 2u + m], 0.0, first) + sum[m]", "sum[m]", "only the last micro-batch"],
    [
      "log-step",
      "other == score && c < truth",
      "other == score && c > truth",
      "the last of equal scores counts",
    ],
    ["log-step", "run += abs(p[e] - goal)", "run += p[e] - goal", "errors of different sign cancel"],
    ["log-step.shared", "b.position < a.position", "b.position > a.position", "the last of equal targets"],
    ["log-step.shared", "c + k * SHARE < truth", "c + k * SHARE > truth", "the last of equal scores counts"],
    ["log-step.shared", "c + k * SHARE >= CLASSES", "false", "the last class counts several times"],
    [
      "log-step.shared",
      "share == 0u && own < SAMPLES",
      "share == 0u",
      "the last sample counts several times",
    ],
    ["log-step.shared", "abs(value - goal)", "value - goal", "errors of different sign cancel"],
  ]),
  ...mutantsOf("metrics", { tests: ["kernels/metrics/threshold-counts"] }, [
    [
      "threshold-counts",
      "prediction > edges[below]",
      "prediction >= edges[below]",
      "at the threshold is above it",
    ],
    ["threshold-counts", "f32(BINS - 1u)) - 1.0", "f32(BINS)) - 1.0", "one threshold too many"],
    ["threshold-counts", "t[i] != 0.0", "t[i] == 1.0", "only targets of 1 are true"],
    ["threshold-counts", "i % CLASSES != CLASS", "i / CLASSES != CLASS", "a sample instead of a class"],
    [
      "threshold-weights",
      "prediction > edges[below]",
      "prediction >= edges[below]",
      "at the threshold is above it",
    ],
    ["threshold-weights", "w[i / PER_WEIGHT]", "w[i % PER_WEIGHT]", "the weight of another row"],
    ["threshold-weights", "step.sample == 0u", "true", "only the last micro-batch counts"],
  ]),
  ...mutantsOf("metrics", { tests: ["kernels/metrics/step-norms"] }, [
    ["step-norms", "value(i) / bitcast<f32>(scale)", "value(i)", "squares overflow and vanish"],
    ["step-norms", "values[i] - before[i]", "values[i]", "the weight instead of its change"],
    [
      "step-norms",
      "let end = first + ranges[v].y",
      "let end = ranges[v].y",
      "a parameter ends where another does",
    ],
    [
      "step-norms",
      "group.x + group.y * groups.x",
      "group.x",
      "the second row of workgroups repeats the first",
    ],
    ["step-norms", "start += RUN * WORKGROUP", "start += WORKGROUP", "runs overlap"],
    ["step-norms", "DECAY * f32(step.step)", "DECAY", "the rate of the first step"],
  ]),
];
