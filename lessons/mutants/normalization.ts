/** @file Mutants of the shaders of batch and layer normalisation. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const normalization: readonly Mutant[] = [
  ...mutantsOf("batch-norm", { tests: ["models/training/diagnose"] }, [
    ["merge-moments", "step.halted != 0u || ", "", "halted runs go on averaging"],
    ["merge-moments", "|| !finite(average) || !finite(all.squares)", "", "NaN in the moving statistics"],
  ]),
  ...mutantsOf("batch-norm", { tests: ["kernels/batch-norm/batch-norm"] }, [
    ["moments", "deviations += difference * (value - average);\n    }", "\n    }", "no deviations"],
    ["moments", "< vec4u(TAIL)", "<= vec4u(TAIL)", "the tail is one too long"],
    ["merge-moments", "difference * difference * a.count * share", "0.0", "no deviation between the parts"],
    ["merge-moments", "+ KEEP * average", "- KEEP * average", "the sign of the batch's mean"],
    ["merge-moments", "select(rows, rows - CORRECTION, ROWS > 1u)", "rows", "the biased variance"],
    ["merge-moments", "f32(x[c]) + all.mean", "all.mean", "the mean without what was taken off"],
    ["moments", "count += select(0.0, 1.0, own)", "count += 1.0", "what is loaded past the end counts"],
    ["backward-sums", "gradients[k], own)", "gradients[k], true)", "what is loaded past the end counts"],
    ["merge-moments", "AHEAD > 1u && at >= stride", "false", "what is loaded past the end counts"],
    [
      "merge-sums",
      "if (AHEAD == 1u || first + k * LANES * CHANNELS < end)",
      "",
      "what is loaded past the end counts",
    ],
    ["merge-sums", "dbeta[c] = sums[0].x", "dbeta[c] = sums[0].y", "the wrong sum"],
    ["normalize", "sqrt(spread + EPSILON)", "sqrt(spread)", "no epsilon"],
    ["normalize", "* scale + shift", "* scale - shift", "the sign of beta"],
    ["backward-sums", "gradients[k] * (values[k] - center)", "gradients[k] * values[k]", "not centred"],
    ["backward-sums", "end % step == i", "end < i", "the tail is left out"],
    [
      "backward",
      "- (vec4f(x[at]) - center) * slope",
      "+ (vec4f(x[at]) - center) * slope",
      "the sign of the variance's part",
    ],
    ["backward", "(scale * vec4f(dy[at]))", "(vec4f(dy[at]))", "no scale in inference"],
  ]),
  ...mutantsOf("batch-norm", { tests: ["kernels/workgroups"] }, [
    [
      "merge-moments",
      "group.x + group.y * groups.x",
      "group.x",
      "the second row of workgroups repeats the first",
    ],
    [
      "merge-sums",
      "group.x + group.y * groups.x",
      "group.x",
      "the second row of workgroups repeats the first",
    ],
  ]),
  ...mutantsOf("layer-norm", { tests: ["kernels/long-sums"] }, [
    ["parameter-sums", "sum += run;", "sum = run;", "only the last run counts"],
    ["row-moments", "rounded + means.x", "rounded", "the mean is not corrected"],
    ["row-moments", "means.y - means.x * means.x", "means.y", "the variance about a rounded mean"],
  ]),
  ...mutantsOf("layer-norm", { tests: ["kernels/layer-norm/layer-norm"] }, [
    ["row-moments", "sqrt(variance + EPSILON)", "sqrt(variance)", "no epsilon"],
    ["row-moments", " & (element < vec4u(end))", "", "no bound at the end of a row"],
    ["normalize", "* gamma_of(f) + beta_of(f)", "* gamma_of(f) - beta_of(f)", "the sign of beta"],
    [
      "normalize",
      "vec4f(mean[r.x], mean[r.y], mean[r.z], mean[r.w])",
      "vec4f(mean[r.x])",
      "one row's mean for all",
    ],
    ["row-sums", "total.y * inverse[row]", "total.y", "not divided by the deviation"],
    ["row-sums", "(element >= vec4u(begin)) & ", "", "no bound at the start of a row"],
    ["parameter-sums", "run_product += select(", "run_product -= select(", "the sign of gamma's gradient"],
    [
      "parameter-sums",
      "run += select(vec4f(0.0), vec4f(dy[at]), real)",
      "run = vec4f(dy[at])",
      "beta's gradient is not summed",
    ],
    ["backward", "- z * gz_mean_of(r)", "+ z * gz_mean_of(r)", "the sign of the variance's part"],
    ["backward", "g - g_mean_of(r) - z", "g - z", "no part of the mean"],
  ]),
];
