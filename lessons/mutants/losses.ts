/** @file Mutants of the shaders of losses and penalties. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const losses: readonly Mutant[] = [
  ...mutantsOf("losses", { tests: ["kernels/losses/categorical"] }, [
    ["softmax-cross-entropy", "(log_total - (values[k]", "(log_total + (values[k]", "the sign of the logit"],
    [
      "softmax-cross-entropy",
      "top = larger(top, values[k])",
      "top = min(top, values[k])",
      "the smallest logit is taken off",
    ],
    [
      "softmax-cross-entropy",
      "targets[sample] >= CLASSES)",
      "targets[sample] > CLASSES)",
      "one label too many",
    ],
    ["softmax-cross-entropy-gradient", "* s.z - target_of(", "* s.z + target_of(", "the sign of the target"],
    [
      "softmax-cross-entropy-gradient",
      "share *= weights[sample]",
      "share *= weights[0]",
      "the first sample's weight",
    ],
    [
      "softmax-cross-entropy-gradient",
      "dy[0] * FACTOR",
      "dy[0]",
      "the gradient is not divided by the number of samples",
    ],
    [
      "categorical-crossentropy-gradient",
      "dy[0] * FACTOR",
      "dy[0]",
      "the gradient is not divided by the number of samples",
    ],
    ["categorical-crossentropy", "cost -= select", "cost += select", "the sign of the loss"],
    ["categorical-crossentropy", "q, is_nan(q))", "q, false)", "a row without a sum has a loss"],
    [
      "categorical-crossentropy",
      "values[k], exists(",
      "values[k], true || exists(",
      "the last class counts twice",
    ],
    ["softmax-cross-entropy", "if (!exists(j)) { continue; }", "", "the last class counts twice"],
    ["categorical-crossentropy", "clamp(q, LOWEST, HIGHEST)", "min(q, HIGHEST)", "no clip at 1e-7"],
    ["categorical-crossentropy", "values[k] / total", "values[k]", "not divided by the sum"],
    [
      "categorical-crossentropy-gradient",
      "t / p, open)",
      "t / p, true)",
      "gradient where the clip is active",
    ],
    [
      "categorical-crossentropy-gradient",
      "(s.y - select(0.0, t / p",
      "(s.y + select(0.0, t / p",
      "the sign of the target",
    ],
  ]),
  ...mutantsOf("losses", { tests: ["kernels/losses/categorical"] }, [
    [
      "softmax-cross-entropy",
      "cost * select(1.0, weights[sample], WEIGHTED)",
      "cost",
      "the batch's loss without weights",
    ],
    ["categorical-crossentropy", "= SCALE * partials[0]", "= partials[0]", "the batch's loss is not divided"],
  ]),
  ...mutantsOf("losses", { tests: ["kernels/losses/pointwise"] }, []),
  ...mutantsOf("losses", { tests: ["kernels/elementwise/fused-gradients"] }, [
    [
      "categorical-crossentropy-gradient",
      "- own * other",
      "+ own * other",
      "the sign of the target in softmax's gradient",
    ],
    [
      "pointwise-gradient",
      "gradient * (1.0 - value * value)",
      "gradient * (1.0 + value * value)",
      "tanh's derivative",
    ],
    ["pointwise-gradient", "value * (gradient - sums)", "value * (gradient + sums)", "softmax's derivative"],
  ]),
  ...mutantsOf("losses", { tests: ["kernels/losses/pointwise"] }, [
    ["pointwise", "return abs(value - goal)", "return value - goal", "errors of different sign cancel"],
    ["pointwise", " & (index < vec4u(end))", "", "no bound at the end of a sample"],
    ["pointwise", "- value * goal", "+ value * goal", "the sign of the target"],
    ["pointwise", "sum / DIVISOR", "sum / f32(LENGTH)", "a divergence is a mean over the classes"],
    ["pointwise", "(e - 0.5 * PARAMETER)", "(e - PARAMETER)", "a jump in huber"],
    ["hinge-targets", "atomicLoad(&others) == 0u", "true", "hinge takes all targets for 0 and 1"],
    ["hinge-targets", "2.0 * t[i] - 1.0", "t[i]", "hinge with targets of 0"],
    ["pointwise-gradient", "goal * value < vec4f(1.0)", "goal * value <= vec4f(1.0)", "hinge's kink"],
    ["pointwise-gradient", "vec4f(-PARAMETER), vec4f(PARAMETER)", "vec4f(-1.0), vec4f(1.0)", "huber's delta"],
    ["pointwise-gradient", "sigmoid(value) - goal", "sigmoid(value) + goal", "the sign of the target"],
    [
      "pointwise-gradient",
      "(p * (1.0 - p)), value == p)",
      "(p * (1.0 - p)), true)",
      "gradient where the clip is active",
    ],
    ["pointwise-gradient", "/ DIVISOR);", ");", "not divided by the elements of a sample"],
  ]),
  ...mutantsOf("losses", { tests: ["kernels/losses/cosine-similarity"] }, [
    ["cosine-similarity", "loss[row] = -cosine", "loss[row] = cosine", "the sign of the loss"],
    ["cosine-similarity", "min(inverseSqrt(squares), LONGEST)", "inverseSqrt(squares)", "a vector of zeros"],
    ["cosine-similarity", "-cosine * select", "-1.0 * select", "the batch's loss"],
    ["cosine-similarity-gradient", "targets[i] * s.y - along", "targets[i] * s.y + along", "the way along x"],
  ]),
  ...mutantsOf("losses", { tests: ["kernels/losses/spent-prediction"] }, [
    [
      "pointwise-gradient",
      "if (!IN_PLACE) { prediction",
      "{ prediction",
      "what is not there is read in place",
    ],
  ]),
  ...mutantsOf("losses", { tests: ["kernels/losses/penalty"] }, [
    ["penalty-gradient", "2.0 * L2", "L2", "the factor 2 of the square"],
    ["penalty-gradient", "slope = L1 * sign", "slope = -L1 * sign", "the sign of the absolute value's part"],
  ]),
];
