/** @file Mutants of the shaders of reductions and elementwise ops. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const arithmetic: readonly Mutant[] = [
  ...mutantsOf("reduce", { tests: ["kernels/reduce/reduce"] }, [
    ["rows", " & (index < vec4u(end))", "", "no bound at the end of a row"],
    ["rows", "select(min(a, b), a + b, no_number)", "select(max(a, b), a + b, no_number)", "min is max"],
    [
      "rows",
      "(value - row_center) * (value - row_center)",
      "(value - row_center)",
      "deviations are not squared",
    ],
    ["columns", "min(first + CHUNK, ROWS)", "(first + CHUNK)", "no bound at the end of the last slice"],
    ["columns", "* ROWS * COLUMNS + output % COLUMNS", "* COLUMNS + output % COLUMNS", "the wrong block"],
    ["columns", "min(inner + RUN, end)", "(inner + RUN)", "no bound at the end of the last run"],
    ["spread", "gradient * (x[i] - middle)", "gradient * (x[i] + middle)", "the sign of the mean"],
    ["spread", "gradient / ties", "gradient", "equal values do not share"],
    ["arg-max", "value > largest", "value >= largest", "the last of equal values wins"],
  ]),
  ...mutantsOf("reduce", { tests: ["kernels/long-sums"] }, [
    ["correct-moments", "- deviation[i] * deviation[i]", "", "the variance about a rounded mean"],
    ["rows", "min(inner + RUN * LANES, limit)", "limit", "what follows a run is summed twice"],
  ]),
  ...mutantsOf("reduce", { tests: ["kernels/losses/penalty"] }, [
    ["rows", "sum += SQUARE * value", "sum -= SQUARE * value", "the sign of the square"],
  ]),
  ...mutantsOf("elementwise", { tests: ["kernels/elementwise/unary"] }, [
    ["unary", "return -sign(x) * m / (2.0 + m)", "return -sign(x) * m / (2.0 - m)", "the sign in tanh"],
    ["unary", "min(max(x, vec4f(A)), vec4f(B))", "max(x, vec4f(A))", "clip has no upper bound"],
    ["unary", "select(product, 1.0 / product, A < 0.0)", "product", "negative exponents are positive"],
    ["unary", "select(below, 1.0 - below,", "select(below, below,", "the side of gelu's distribution"],
    ["unary", "max(x + 3.0,", "max(x + 2.0,", "where hard_sigmoid begins"],
    [
      "unary-gradient",
      "case 1u: { return select(zero, one, t > zero); }",
      "case 1u: { return one; }",
      "relu's mask is forgotten",
    ],
    ["unary-gradient", "x * (0.39894228", "(0.39894228", "gelu's derivative"],
    ["unary-gradient", "(t < vec4f(6.0))", "(t <= vec4f(6.0))", "relu6's derivative at 6"],
    ["unary-gradient", "x <= vec4f(-3.0)", "x <= vec4f(3.0)", "where hard_silu's slope begins"],
    ["unary-gradient", "return t * (1.0 - t);", "return t * (1.0 + t);", "the sign in sigmoid's derivative"],
    ["unary-gradient", "(t >= vec4f(A))", "(t > vec4f(A))", "clip's derivative at its lower end"],
    ["unary-gradient", "0.5 / t", "0.5 * t", "sqrt's derivative"],
  ]),
  ...mutantsOf("elementwise", { tests: ["kernels/elementwise/binary"] }, [
    ["binary", "return p - q", "return p + q", "sub adds"],
    [
      "binary",
      "if (B_REPEATS) { ib = i % arrayLength(&b); }",
      "if (B_REPEATS) { ib = 0u; }",
      "only the start of an operand",
    ],
    ["binary", "(exponent == vec4f(0)) | ", "", "0 to the power 0"],
    ["binary", "select(y, -y, odd & negative)", "y", "the sign of a negative base"],
    ["binary-gradient", "return -p / q / q", "return p / q / q", "the sign of div's gradient"],
    [
      "binary-gradient",
      "select(p <= q, p >= q, vec4<bool>(OP == 4u))",
      "select(p <= q, p > q, vec4<bool>(OP == 4u))",
      "equal values",
    ],
  ]),
];
