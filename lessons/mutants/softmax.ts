/** @file Mutants of the softmax shaders. */
import { type Mutant, mutantsOf } from "./mutant.ts";

const tests = ["kernels/softmax/softmax"];

export const softmax: readonly Mutant[] = mutantsOf("softmax", { tests }, [
  ["any-axis", "top = larger(top, x[start", "top = min(top, x[start", "the smallest value is taken off"],
  ["any-axis", "sum += exp(x[start", "sum -= exp(x[start", "the sign of the sum"],
  ["any-axis-gradient", "y[at] * (dy[at] - total)", "y[at] * (dy[at] + total)", "the sign of the sum"],
  ["any-axis-gradient", "select(dy[at] * y[at], dy[at], LOG)", "dy[at]", "the sum is not weighted"],
  ["rows", " & (index < vec4u(start + CLASSES))", "", "no bound at the end of a row"],
  ["rows", "shift_of(larger(pair.xxxx, pair.yyyy).x)", "top.x - 200.0", "a shift that lets exp overflow"],
  ["rows-gradient", " & (index < vec4u(start + CLASSES))", "", "no bound at the end of a row"],
  ["rows-gradient", "y[at] * (dy[at] - sum)", "y[at] * (dy[at] + sum)", "the sign of the sum"],
  [
    "rows.registers",
    "shift_of(larger(pair.xxxx, pair.yyyy).x)",
    "top.x - 200.0",
    "a shift that lets exp overflow",
  ],
  ["rows.registers", "exponentials[v] / total[r]", "exponentials[v] * total[r]", "multiplied by the sum"],
]);
